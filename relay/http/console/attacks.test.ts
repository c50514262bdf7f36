/** What attackers try at the console: cookies, hosts, names with HTML, tables with formulas, and a proxy that ends TLS. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { addAlertChannel } from '../../app/commands/alerts.ts';
import { makeBlackout } from '../../app/commands/blackouts.ts';
import { makeSignInLink } from '../../app/commands/sign-in-links.ts';
import { invite } from '../../app/commands/users.ts';
import { settingsSchema } from '../../settings/settings.ts';
import { writeAudit } from '../../store/audit/audit.ts';
import { setProfile } from '../../store/profiles/profiles.ts';
import { createTenant } from '../../store/tenants/system.ts';
import { TestBrowser } from '../../testing/browser.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addAgent, startTestRelay, testProfile } from '../../testing/relay-double.ts';
import { pages } from './pages.ts';

const { relay, clock, enter, code } = await consoleSetting(t);
const evil = '<img src=x onerror=alert(1)>"\'&#';
const kim = { kind: 'terminal', user: evil } as const;
const context = { home: relay.home, store: relay.store, clock, signal: new AbortController().signal };
const contoso = await relay.store.system((scope) =>
  createTenant(
    scope,
    { slug: 'contoso', name: evil, graphTenantId: '11111111-2222-4333-8444-555555555555' },
    new Date(clock.now()),
  ),
);

t.test('a cookie that somebody else chose opens nothing, and a sign-in does not keep it', async (t) => {
  const browser = new TestBrowser(relay.url);
  for (const cookie of ['', 'x', 'A'.repeat(43), '..%00', 'a'.repeat(5000)]) {
    browser.cookies.set('hallpass', cookie);
    t.equal((await browser.get('/console/me')).status, 302, cookie.slice(0, 50));
  }
  const chosen = 'A'.repeat(43);
  browser.cookies.set('hallpass', chosen);
  await browser.submit(await browser.get('/console/link'), '/link', { code: await code() });
  const own = browser.cookies.get('hallpass') ?? '';
  t.not(own, chosen);
  t.equal((await browser.get('/console/me')).status, 200);
  const attacker = new TestBrowser(relay.url);
  attacker.cookies.set('hallpass', chosen);
  t.equal((await attacker.get('/console/me')).status, 302);

  await browser.submit(await browser.get('/console/link'), '/link', { code: await code() });
  attacker.cookies.set('hallpass', own);
  t.equal((await attacker.get('/console/me')).status, 302, 'a new sign-in ends the session before it');
});

t.test('a foreign Host header leads nowhere, and no page repeats it', async (t) => {
  const browser = await enter();
  for (const path of ['/console/me', '/console/none', '/console/sign-in', '/console/signed-out', '/']) {
    const seen = await browser.get(path, { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' });
    t.notMatch(`${seen.body}${seen.location}${[...seen.headers.values()]}`, /evil\.example/, path);
  }
});

t.test('names are text on every page', async (t) => {
  await addAgent(relay, contoso.id);
  await relay.store.withTenant(contoso.id, async (scope) => {
    await scope.db.updateTable('agent').set({ name: evil, version: evil }).execute();
    await setProfile(scope, { ...testProfile, name: evil }, new Date(clock.now()));
    const entry = { who: evil, action: 'link.set', detail: { person: evil }, note: evil, actor: null };
    await writeAudit(scope, { at: new Date(clock.now()).toISOString(), ...entry });
  });
  for (const tenant of ['contoso', undefined]) {
    const target = { host: 'smtp.example.org', port: 25, from: 'a@example.org', to: ['b@example.org'] };
    await addAlertChannel(context, kim, { tenant, name: evil, kind: 'smtp', target });
  }
  await makeBlackout(context, kim, { tenant: 'contoso', from: '2099-01-01', to: '2099-01-02', reason: evil });
  await invite(context, kim, { role: 'viewer', tenant: 'contoso', label: evil });
  const browser = await enter();
  let shown = 0;
  for (const { path } of pages) {
    const address = `/console${path.replace(':slug', 'contoso').replace(/:\w+/g, '1')}`;
    for (const asked of [address, `${address}?q=${encodeURIComponent(evil)}&who=${encodeURIComponent(evil)}`]) {
      const { body, headers, status } = await browser.get(asked);
      t.not(status, 500, asked);
      if (body.includes('onerror')) shown += 1;
      t.notOk(body.includes('<img src=x'), asked);
      t.notOk(/ onerror=/.test(body.replaceAll(/x onerror=|x onerror&#61;/g, '')), asked);
      t.equal(headers.get('cache-control'), 'no-store', asked);
      t.match(headers.get('content-security-policy'), /frame-ancestors 'none'/, asked);
      t.equal(headers.get('x-content-type-options'), 'nosniff', asked);
    }
  }
  t.ok(shown > 10, `the names were there to be shown: ${shown}`);
});

t.test('no cell of a table is a formula', async (t) => {
  await relay.store.withTenant(contoso.id, async (scope) => {
    for (const who of ['=cmd|calc', '+1', '-1', '@SUM(A1)', '\t=1']) {
      const entry = { who, action: 'link.set', detail: {}, note: '=HYPERLINK("https://evil.example")', actor: null };
      await writeAudit(scope, { at: new Date(clock.now()).toISOString(), ...entry });
    }
  });
  const { body, headers } = await (await enter()).get('/console/districts/contoso/audit.csv');
  t.equal(headers.get('cache-control'), 'no-store');
  t.ok(body.includes('cmd|calc'));
  t.notMatch(body, /(^|,|\n|")[=+@]/);
  t.notMatch(body, /(^|,|\n|")-1/);
});

t.test('a form with a field that is not its own, twice, or too large is refused', async (t) => {
  const browser = await enter();
  const page = await browser.get('/console/districts/contoso/blackouts');
  const token = /name="token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  const add = '/console/districts/contoso/blackouts/add';
  const right = { token, from: '2099-02-01', to: '2099-02-01', reason: 'x' };
  t.match(await browser.post(add, { ...right, tenant: 'fabrikam' }), { status: 400, body: /FORM_INVALID/ });
  t.match(await browser.post(add, { ...right, constructor: 'x' }), { status: 400, body: /FORM_INVALID/ });
  const large = await browser.post(add, { ...right, reason: 'x'.repeat(70_000) });
  t.match(large, { status: 400, body: /FORM_INVALID/ });
  const twice = await fetch(`${relay.url}${add}`, {
    method: 'POST',
    headers: { origin: relay.url, cookie: `hallpass=${browser.cookies.get('hallpass')}` },
    body: new URLSearchParams([...Object.entries(right), ['token', token]]),
  });
  t.equal(twice.status, 403, 'two tokens');
});

t.test('behind a proxy that ends TLS, cookies are for https and this host alone', async (t) => {
  const home = t.testdir();
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const settings = { ...settingsSchema.parse({}), listen: { port, publicUrl: 'https://relay.example.org' } };
  const other = await startTestRelay(home, { settings, clock });
  t.teardown(() => other.close());
  const { secret } = await makeSignInLink({ store: other.store, clock }, kim);
  const origin = `http://127.0.0.1:${port}`;
  const entered = await fetch(`${origin}/console/link`, {
    ...{ method: 'POST', redirect: 'manual', headers: { origin }, body: new URLSearchParams({ code: secret }) },
  });
  const [cookie = ''] = entered.headers.getSetCookie();
  t.match(cookie, /^__Host-hallpass=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  const value = /=([\w-]{43});/.exec(cookie)?.[1] ?? '';
  const statusWith = async (header: string) =>
    (await fetch(`${origin}/console/me`, { redirect: 'manual', headers: { cookie: header } })).status;
  t.equal(await statusWith(`__Host-hallpass=${value}`), 200);
  t.equal(await statusWith(`hallpass=${value}`), 302, 'a name that a site beside this one could set');
});
