/** The page by plain requests and in a real browser: what it refuses, and what updates live. browser.long.test.ts has the rest. */
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { timestamp } from '../../shared/clock.ts';
import { launchBrowser, noBrowser, openTab, tooWide, violationsOf } from '../../shared/testing/tab.ts';
import { connect, ended, problem, type Scene, scene, working } from './testing/scene.ts';
import { withChecks } from './testing/scenes.ts';
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
  t.ok((await tooWide(tab)) <= 0, 'nothing is wider than the screen');
  t.same(await violationsOf(tab, ['.top', '#path']), [], 'and axe finds nothing');
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
