/** The console: who gets in, how sessions end, and what pages and forms refuse. */
import t from 'tap';
import { idleMs, longestTerminalMs } from '../../app/commands/sessions.ts';
import { TestBrowser } from '../../testing/browser.ts';
import { commandLine } from '../../testing/command-line.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';

const minute = 60_000;

t.test('a link from the terminal opens one session, and is in both the log and the audit log', async (t) => {
  const home = t.testdir();
  const { relay } = await consoleSetting(t, { home });
  const cli = commandLine(home, 'kim');
  await addTenant(relay, 'contoso');
  const browser = new TestBrowser(relay.url);
  t.equal((await browser.get('/console/')).location, `${relay.url}/console/sign-in?return=%2Fconsole%2F`);
  const { link } = JSON.parse((await cli('sign-in', 'link', '--json')).out) as { link: string };
  t.ok(link.startsWith('http://127.0.0.1:8640/console/link#'), 'as in the settings');
  const [, secret = ''] = link.split('#');
  const page = await browser.get('/console/link');
  const entered = await browser.submit(page, '/link', { code: ` ${secret} ` });
  t.equal(entered.status, 303);
  t.match(entered.headers.getSetCookie()[0], /^hallpass=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const fleet = await browser.follow(entered);
  t.match(fleet.body, /There is no|contoso schools/);
  t.match(fleet.body, /kim \(link from the terminal\)/);

  const second = new TestBrowser(relay.url);
  const again = await second.submit(await second.get('/console/link'), '/link', { code: secret });
  t.equal(again.status, 403);
  t.match(again.body, /SIGN_IN_LINK_INVALID/);
  t.equal(second.cookies.size, 0);

  const audit = JSON.parse((await cli('audit', '--json')).out) as { entries: { action: string; who: string }[] };
  t.strictSame(
    audit.entries.map(({ action, who }) => `${action} ${who}`),
    ['signIn.terminal kim (link from the terminal)', 'signIn.link kim'],
  );
  t.equal(relay.events().filter(({ event }) => event === 'console.link-used').length, 1);
  t.notMatch(JSON.stringify(relay.events()), secret, 'the code is in no log');
});

t.test('sessions end: idle, at their latest end, and on signing out', async (t) => {
  const { relay, clock, enter } = await consoleSetting(t);
  const browser = await enter();
  clock.pass(idleMs - minute);
  t.equal((await browser.get('/console/me')).status, 200);
  clock.pass(minute);
  t.equal((await browser.get('/console/me')).status, 302, `after ${longestTerminalMs} ms, whatever was clicked`);

  const idle = await enter();
  clock.pass(idleMs);
  t.equal((await idle.get('/console/me')).status, 302);

  const leaving = await enter();
  const copied = new Map(leaving.cookies);
  const left = await leaving.submit(await leaving.get('/console/me'), '/sign-out');
  t.equal(left.location, `${relay.url}/console/signed-out`);
  t.equal(leaving.cookies.size, 0);
  for (const [name, value] of copied) leaving.cookies.set(name, value);
  t.equal((await leaving.get('/console/me')).status, 302, 'a copy of the cookie opens nothing');
});

t.test('forms of other sites and other sessions are refused', async (t) => {
  const { relay, enter } = await consoleSetting(t);
  const [one, other] = [await enter(), await enter()];
  const page = await one.get('/console/me');
  const token = /name="token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  const refusals = [
    await one.post('/console/sign-out', {}),
    await one.post('/console/sign-out', { token: 'x'.repeat(43) }),
    await other.post('/console/sign-out', { token }),
    await one.post('/console/sign-out', { token }, { origin: 'https://evil.example' }),
    await one.post('/console/sign-out', { token }, { 'sec-fetch-site': 'cross-site' }),
    await one.post('/console/sign-out', { token }, { 'sec-fetch-site': 'same-site' }),
  ];
  for (const { status, body } of refusals) {
    t.equal(status, 403);
    t.match(body, /FORM_FOREIGN/);
  }
  t.equal((await one.get('/console/me')).status, 200);
  const bare = await fetch(`${relay.url}/console/link`, { method: 'POST', body: new URLSearchParams({ code: 'x' }) });
  t.equal(bare.status, 403, 'a form without origin comes from no browser');
});

t.test('wrong codes are counted', async (t) => {
  const { relay } = await consoleSetting(t);
  const browser = new TestBrowser(relay.url);
  const statuses = [];
  for (let attempt = 0; attempt < 21; attempt += 1) {
    statuses.push((await browser.post('/console/link', { code: `${attempt}` })).status);
  }
  t.same(new Set(statuses.slice(0, 20)), new Set([403]));
  t.equal(statuses.at(-1), 429);
});

t.test(
  'pages keep strict headers, load nothing from elsewhere, and have no script or style of their own',
  async (t) => {
    const { relay, enter } = await consoleSetting(t);
    const browser = await enter();
    for (const path of ['/console/', '/console/me', '/console/link', '/console/signed-out', '/console/none']) {
      const { headers, body } = await browser.get(path);
      t.match(headers.get('content-security-policy'), /default-src 'none'.*form-action 'self'.*frame-ancestors 'none'/);
      t.equal(headers.get('cache-control'), 'no-store');
      t.equal(headers.get('content-type'), 'text/html; charset=utf-8');
      t.notMatch(body, /<script>|<style|style="| on\w+="|https?:\/\/(?!127\.0\.0\.1)/);
      for (const [, address = ''] of body.matchAll(/(?:href|src)="(\/console\/assets[^"]*)"/g)) {
        const asset = await fetch(`${relay.url}${address}`);
        t.equal(asset.status, 200, address);
        t.match(asset.headers.get('cache-control'), /immutable/);
      }
    }
    t.match((await browser.get('/console/none')).body, /PATH_UNKNOWN/);
    t.equal((await browser.get('/')).location, `${relay.url}/console/`);
    const part = await browser.get('/console/', { 'hx-request': 'true', 'hx-request-type': 'partial' });
    t.match(part.body, /^<main hx-get="\/console\/" /);
    const ended = new TestBrowser(relay.url);
    const partEnded = await ended.get('/console/', { 'hx-request': 'true', 'hx-request-type': 'partial' });
    t.match(partEnded.headers.get('hx-redirect'), /\/console\/sign-in\?return=/);
  },
);

t.test('the fleet is listed worst first, and leads to a district', async (t) => {
  const { relay, enter } = await consoleSetting(t);
  await addTenant(relay, 'contoso');
  const browser = await enter();
  const { body } = await browser.get('/console/');
  t.match(body, /<h1>Nobody waits for you: 1 district\.<\/h1>/);
  t.match(body, /href="\/console\/districts\/contoso">contoso schools<\/a>/);
  const overview = await browser.get('/console/districts/contoso');
  t.match(overview.body, /<strong>contoso schools<\/strong>/);
  t.match(overview.body, /No agent has enrolled/);
  const unknown = await browser.get('/console/districts/fabrikam');
  t.equal(unknown.status, 404);
  t.match(unknown.body, /TENANT_UNKNOWN/);
  t.match(await browser.get('/console/?page=2'), { status: 400, body: /FORM_INVALID/ });
});

t.test('an operator adds a district, whose agent comes next', async (t) => {
  const { relay, enter } = await consoleSetting(t);
  const browser = await enter();
  const empty = await browser.get('/console/');
  t.match(empty.body, /There is no district yet.*Add the first one.*href="\/console\/add-district"/s);
  const page = await browser.get('/console/add-district');
  t.match(page.body, /no application in Microsoft Entra yet/);
  const district = { name: 'Contoso', slug: 'contoso', graphTenant: '6fd2c87f-b296-42f0-b197-1e91e994b900' };
  for (const wrong of [{ slug: 'Contoso ISD' }, { graphTenant: 'contoso' }, { name: ' ' }]) {
    t.match(await browser.submit(page, '/add', { ...district, ...wrong }), {
      status: 422,
      body: /RELAY_SETTING_INVALID/,
    });
  }
  const added = await browser.submit(page, '/add', district);
  t.equal(added.location, `${relay.url}/console/districts/contoso/agents`);
  t.match((await browser.follow(added)).body, /No agent reads PowerSchool.*Make a code/s);
  t.match(await browser.submit(page, '/add', district), { status: 409, body: /TENANT_EXISTS/ });
});

t.test('a user sees the districts of their role, and no sign of any other', async (t) => {
  const { relay, as } = await consoleSetting(t);
  const own = await addTenant(relay, 'contoso');
  await addTenant(relay, 'fabrikam');
  const where = { tenantId: own.id };
  for (const role of ['admin', 'viewer'] as const) {
    const browser = await as(role, where);
    const fleet = await browser.get('/console/');
    t.match(fleet.body, /contoso schools/);
    t.notMatch(fleet.body, /fabrikam/);
    t.equal((await browser.get('/console/districts/contoso')).status, 200);
    t.match(await browser.get('/console/districts/fabrikam'), { status: 404, body: /TENANT_UNKNOWN/ });
    t.match((await browser.get('/console/me')).body, /in <a href="[^"]*contoso">contoso schools</);
  }
  for (const role of ['schoolViewer', 'registrar'] as const) {
    const browser = await as(role, { ...where, ...(role === 'schoolViewer' && { schools: ['1'] }) });
    const fleet = await browser.get('/console/');
    t.equal(fleet.location, `${relay.url}/console/districts/contoso/home`);
    const home = await browser.follow(fleet);
    t.match(home, { status: 200, body: /<strong>contoso schools</ });
    t.notMatch(home.body, /fabrikam|Fleet|Overview/, 'what they may not ask is not offered');
    t.match((await browser.get('/console/me')).body, /in <a href="[^"]*contoso\/home">contoso schools</);
    const [own, other, none] = [
      await browser.get('/console/districts/contoso'),
      await browser.get('/console/districts/fabrikam'),
      await browser.get('/console/districts/none'),
    ];
    t.same([own.status, other.status, none.status], [403, 403, 403], 'whether a district exists is not told');
  }
  const observer = await as('observer');
  t.match((await observer.get('/console/')).body, /contoso schools.*fabrikam schools/s);
});

t.test('the frame of a page that takes long is sent before, once it is certain who may see it', async (t) => {
  const { relay, as } = await consoleSetting(t, { frameAfterMs: 0 });
  const { id } = await addTenant(relay, 'contoso');
  await addTenant(relay, 'fabrikam');
  const browser = await as('viewer', { tenantId: id });
  const base = '/console/districts/contoso';
  const seen = await browser.get(`${base}/problems`);
  t.match(
    seen.body,
    /<strong>contoso schools<\/strong>.*<p class="late" role="status">.*Problems: one moment.*<main>/s,
  );
  t.match(seen.body, /<h1>There are no problems\.<\/h1>.*<\/main>\s*<\/body>\s*<\/html>$/s);
  t.match(await browser.get(`${base}/people/students/1`), { status: 200, body: /role="alert".*PERSON_NOT_FOUND/s });
  t.match(await browser.get('/console/districts/fabrikam/problems'), { status: 404, body: /TENANT_UNKNOWN/ });
  t.match(await browser.get(`${base}/passwords`), { status: 403, body: /ROLE_INSUFFICIENT/ });
  const part = { 'hx-request': 'true', 'hx-request-type': 'partial' };
  t.match(await browser.get(`${base}/people/students/1`, part), { status: 404, body: /^<main/ }, 'htmx needs no frame');
});
