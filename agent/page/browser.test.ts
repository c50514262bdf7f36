/**
 * The page in a real browser and by plain requests: what it refuses, what updates live, and whether everyone can use
 * it.
 */
import { mkdir } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { timestamp } from '../../shared/clock.ts';
import { launchBrowser, noBrowser, openTab, screenshots, tooWide, violationsOf } from '../../shared/testing/tab.ts';
import { connect, ended, problem, type Scene, scene, someChecks, working } from './testing/scene.ts';
import { scenes, withChecks } from './testing/scenes.ts';
import { type Page, startPage } from './web/server.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());

async function serve(t: Test, { parts }: Scene): Promise<Page> {
  const page = await startPage(parts);
  t.teardown(() => page.close());
  return page;
}

interface Asked {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
}

async function ask(url: string, { method = 'GET', path = '/', headers = {}, body = '' }: Asked) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(new URL(path, url), { method, headers }, resolve).on('error', reject).end(body);
  const answer = await promise;
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

async function tokenOf(url: string): Promise<string> {
  return /data-token="([^"]+)"/.exec((await ask(url, {})).body)?.[1] ?? '';
}

t.test("answers nobody else, and does nothing without the page's token", async (t) => {
  const made = working();
  const { url } = await serve(t, made);
  const page = await ask(url, {});
  t.equal(page.status, 200);
  t.match(page.headers, {
    'content-security-policy': /^default-src 'none'; script-src 'self'.*frame-ancestors 'none'$/,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  });
  t.notMatch(page.body, /<script(?![^>]* src=)|<style| style=| on\w+=/, 'nothing inline');
  for (const path of ['/', '/events', '/metrics', '/assets/page.js']) {
    t.match(await ask(url, { path, headers: { host: 'rebound.example' } }), { status: 421 }, path);
  }

  const token = await tokenOf(url);
  const form = { origin: url, 'content-type': 'application/x-www-form-urlencoded' };
  const post = (headers: Record<string, string>, body: string, path = '/actions/pause') =>
    ask(url, { method: 'POST', path, headers, body });
  t.match(await post(form, ''), { status: 403 }, 'no token');
  t.match(await post(form, `token=${token.slice(1)}x`), { status: 403 }, 'another token');
  t.match(await post({ ...form, origin: 'http://evil.example' }, `token=${token}`), { status: 403 });
  t.match(await post({}, `token=${token}`), { status: 403 }, 'no origin');
  t.match(await ask(url, { path: `/actions/pause?token=${token}` }), { status: 404 }, 'not by GET');
  t.same(made.pressed, []);
  t.match(await post(form, `token=${token}`), { status: 204 });
  const navigated = await post({ ...form, 'sec-fetch-mode': 'navigate' }, `token=${token}`, '/actions/sync');
  t.match(navigated, { status: 303, headers: { location: '/' } }, 'without scripts the page is reloaded');
  t.same(made.pressed, ['pause', 'sync']);
  t.match(await post(form, `token=${token}`, '/support-bundle'), { status: 404 });
  for (const path of ['/nowhere', '/assets/', '/assets/..%2fserver.ts', '/assets/constructor', '//[']) {
    t.match(await ask(url, { path: '/' }).then(() => raw(url, path)), { status: 404 }, path);
  }
});

/** Sends a path unchanged, which URL would normalize. */
async function raw(url: string, path: string) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { hostname, port } = new URL(url);
  request({ hostname, port, path }, resolve).on('error', reject).end();
  return { status: (await promise).statusCode };
}

t.test('answers machines that ask for health, readiness and metrics', async (t) => {
  const made = working();
  const { url } = await serve(t, made);
  t.match(await ask(url, { path: '/healthz' }), { status: 200 });
  t.match(await ask(url, { path: '/readyz' }), { status: 200, body: 'ready\n' });
  const { body, headers } = await ask(url, { path: '/metrics' });
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(body, /^hallpass_agent_ready 1$/m);
  t.match(body, /^hallpass_agent_records\{kind="student"\} \d+$/m);
  t.match(body, /^hallpass_agent_buckets\{state="in step"\} 19$/m);
  t.match(body, /^hallpass_agent_powerschool_requests_total 12$/m);
  t.match(body, /^hallpass_agent_failed_cycles_24h [12]$/m);
  for (const line of body.trim().split('\n')) {
    t.match(line, /^(# (HELP|TYPE) \w+ .+|[a-z_0-9]+(\{\w+="[^"]+"\})? -?[\d.e+]+)$/);
  }
  made.board.report({ event: 'agent.paused', since: timestamp(made.clock) });
  t.match(await ask(url, { path: '/readyz' }), { status: 503, body: /paused/ });
  t.match(await ask(url, { path: '/healthz' }), { status: 200 }, 'the process is still alive');
});

t.test('reports a port that is taken, and nothing else stops', async (t) => {
  const { url } = await serve(t, working());
  const second = working();
  await t.rejects(startPage({ ...second.parts, port: Number(new URL(url).port) }), { code: 'PAGE_UNAVAILABLE' });
});

t.test('the page follows the agent without a reload', { skip: noBrowser }, async (t) => {
  const made = withChecks(scene(3));
  const { board } = made;
  const { url } = await serve(t, made);
  const tab = await openTab(t, browser, url);
  await tab.evaluate(() => Object.assign(globalThis, { loadedOnce: true }));
  await tab.getByText('Connecting to the relay.').waitFor();
  t.equal(await tab.title(), 'Starting – Hallpass agent');

  connect(made);
  board.watch({ moment: 'cycle.began' });
  board.watch({ moment: 'powerschool.answered', ms: 120 });
  board.watch(ended({ outcome: 'changed', sent: { student: 12 }, deletes: 1, bucketsRead: 2 }));
  await tab.getByText('Everything is working.').waitFor();
  t.match(await tab.locator('#verdict time').textContent(), /just now|seconds ago/);
  t.equal(await tab.locator('#verdict time').getAttribute('datetime'), timestamp(made.clock));
  await tab.locator('#cycles').getByText('sent').waitFor();
  await tab.locator('#log').getByText('Connected to the relay').waitFor();
  await tab.locator('.u-wrap canvas').first().waitFor();

  const gone = problem('POWERSCHOOL_UNREACHABLE', { url: 'https://powerschool.example', reason: '<b>refused</b>' });
  board.report({ event: 'problem', ...gone });
  board.watch(ended({ outcome: 'failed', complete: false, problem: gone }));
  await tab.getByRole('heading', { name: 'Cannot reach PowerSchool' }).waitFor();
  t.equal(await tab.locator('#verdict b').count(), 0, 'text from outside stays text');
  t.match(await tab.locator('#announcement').textContent(), /Trying again: Cannot reach/, 'and it is announced');

  await tab.locator('#pause-button').focus();
  await tab.keyboard.press('Enter');
  await tab.locator('#announcement').getByText('Pause: done').waitFor({ state: 'attached' });
  board.report({ event: 'agent.paused', since: timestamp(made.clock) });
  await tab.getByRole('button', { name: 'Resume' }).waitFor();
  t.equal(await tab.locator(':focus').getAttribute('id'), 'pause-button', 'the focus stays on the pressed button');
  await tab.keyboard.press('Enter');
  board.report({ event: 'agent.resumed' });
  await tab.getByRole('button', { name: 'Sync now' }).click();
  t.same(made.pressed, ['pause', 'resume', 'sync']);

  await tab.getByRole('button', { name: 'Run the checks' }).click();
  await tab.getByText('1 failure and 1 warning in 4 steps').waitFor();
  await tab.getByText('Let it set its clock by NTP.').waitFor();
  t.ok(await tab.evaluate(() => 'loadedOnce' in globalThis), 'it is still the same page');
});

t.test('log and schools can be searched', { skip: noBrowser }, async (t) => {
  const made = working(150);
  const { url } = await serve(t, made);
  const tab = await openTab(t, browser, url);
  await tab.locator('#bucket-rows').getByText('Maple').first().waitFor();
  const rows = () => tab.locator('#bucket-rows tr:visible').count();
  t.equal(await rows(), 150);
  await tab.getByLabel('Find a school').fill('harbor view high');
  t.ok((await rows()) > 0 && (await rows()) < 20);
  made.board.watch(ended({ outcome: 'changed', complete: false, held: ['student:1007'] }));
  await tab.locator('#bucket-rows [data-open]').waitFor({ state: 'attached' });
  t.ok((await rows()) < 20, 'the search stays when rows change');
  await tab.getByLabel('Find a school').fill('');
  await tab.getByRole('button', { name: 'Only not in step' }).click();
  t.equal(await rows(), 1);
  await tab.getByLabel('Find a school').fill('nowhere');
  t.ok(await tab.getByText('No school matches.').isVisible());

  const lines = () => tab.locator('#log li:visible').count();
  const events = await lines();
  await tab.getByRole('button', { name: 'Problems' }).click();
  t.equal(await lines(), 2);
  await tab.getByRole('button', { name: 'Everything' }).click();
  t.ok((await lines()) > events);

  const top = () => tab.locator('#log-box').evaluate((box) => box.scrollTop);
  const add = async (message: string) => {
    made.board.report({ event: 'link.lost', code: 'LINK_LOST', message });
    await tab.locator('#log').getByText(message).waitFor();
  };
  await add('the first');
  const before = await top();
  await add('the second');
  t.ok((await top()) > before, 'the end stays visible');
  await tab.getByRole('button', { name: 'Pause scrolling' }).click();
  const held = await top();
  await add('the third');
  t.equal(await top(), held);
});

t.test('a narrow window hints at more columns to the side, a wide one does not', { skip: noBrowser }, async (t) => {
  const { url } = await serve(t, working(6));
  // Closed before the tab, which complains when its server ends first.
  const empty = await serve(t, scene());
  const tab = await openTab(t, browser, url, { viewport: { width: 390, height: 900 } });
  const hint = tab.locator('.buckets .swipe');
  await tab.locator('#bucket-rows tr').first().waitFor();
  await hint.waitFor();
  t.ok((await tooWide(tab, '.buckets .scroller')) > 0, 'it does');
  await tab.setViewportSize({ width: 1280, height: 900 });
  await hint.waitFor({ state: 'hidden' });
  await tab.setViewportSize({ width: 390, height: 900 });
  await tab.goto(empty.url);
  await tab.getByText('Cycles appear here as they end.').waitFor();
  await tab.locator('.cycles .swipe').waitFor({ state: 'hidden' });
  t.ok((await tooWide(tab, '.cycles .scroller')) <= 0);
});

t.test('does not show a stopped agent as working', { skip: noBrowser }, async (t) => {
  const made = working();
  const first = await startPage(made.parts);
  const tab = await openTab(t, browser, first.url);
  await tab.locator('#cycles').getByText('sent').first().waitFor();
  tab.removeAllListeners('console');
  await first.close();
  await tab.getByText('The agent has not answered').waitFor();
  t.equal(await tab.title(), 'No answer – Hallpass agent');

  const again = await startPage({ ...made.parts, port: Number(new URL(first.url).port) });
  t.teardown(() => again.close());
  const token = await tokenOf(again.url);
  await tab.locator(`body[data-token="${token}"]`).waitFor();
  t.ok(await tab.getByText('Everything is working.').isVisible(), 'shows the page of the new process');
});

t.test('works without scripts', { skip: noBrowser }, async (t) => {
  const made = working();
  const { url } = await serve(t, made);
  const tab = await openTab(t, browser, url, { javaScriptEnabled: false });
  t.match(await tab.locator('#verdict h2').textContent(), /Everything is working\. .* \d\d:\d\d:\d\d\./);
  await tab.getByRole('button', { name: 'Pause', exact: true }).click();
  t.equal(tab.url(), `${url}/`);
  t.same(made.pressed, ['pause']);
});

t.test(
  'is accessible to everyone: axe finds nothing, and nothing is wider than the screen',
  { skip: noBrowser },
  async (t) => {
    await mkdir(screenshots, { recursive: true });
    const ends = [
      { width: 1280, colorScheme: 'light' as const },
      { width: 360, colorScheme: 'dark' as const },
    ];
    const all = [...ends, { width: 1280, colorScheme: 'dark' as const }, { width: 360, colorScheme: 'light' as const }];
    /** Examines every kind of block once; the other scenes are only viewed. */
    const examined: Partial<Record<string, typeof all>> = {
      ...{ held: all, untrusted: ends.slice(1), fresh: ends.slice(0, 1) },
    };
    // One tab for all: opening a tab costs as much as everything else.
    const tab = await openTab(t, browser, undefined);
    for (const [name, make] of Object.entries(scenes)) {
      const { url } = await serve(t, withChecks(make()));
      await tab.goto(url);
      await tab.locator('#bucket-totals td').last().waitFor({ state: 'attached' });
      if (name in examined) {
        await tab.getByRole('button', { name: 'Run the checks' }).click();
        await tab.getByText(someChecks[2]?.fact ?? '').waitFor();
        // axe spends the same time on each of 300 similar log lines, so most are removed.
        await tab.locator('#log').evaluate((log) => log.replaceChildren(...[...log.children].slice(-20)));
      }
      const conditions = examined[name] ?? [];
      for (const condition of new Set([...ends, ...conditions])) {
        const { width, colorScheme } = condition;
        await tab.emulateMedia({ colorScheme });
        await tab.setViewportSize({ width, height: 900 });
        const wide = await tooWide(tab);
        t.ok(wide <= 0, `${name} at ${width} px is ${wide} px too wide`);
        // Each takes half a second, so redundant ones are skipped.
        if (condition === ends[0] || conditions.includes(condition)) {
          await tab.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        }
        if (!conditions.includes(condition)) continue;
        t.same(await violationsOf(tab), [], `${name}, ${width} px, ${colorScheme}`);
      }
    }
    // Before the servers close: otherwise the tab would complain about its event stream after the end of the test.
    await tab.context().close();
  },
);
