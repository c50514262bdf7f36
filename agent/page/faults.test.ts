/**
 * The page in a real browser during network failures: a working agent between the PowerSchool simulator and a relay
 * behind a proxy. Whatever goes wrong, the agent sends no deletion, the page shows one sentence and one step, and it
 * says so when the problem is over.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import t, { type Test } from 'tap';
import { powerqueryManifest } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { probeName, queryName } from '../../plugin/queries.ts';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import type { Fault } from '../../scripts/simulators/powerschool/faults.ts';
import { type PowerSchoolSimulator, startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { systemClock } from '../../shared/clock.ts';
import { launchBrowser, noBrowser, openTab, screenshots, tooWide, violationsOf } from '../../shared/testing/tab.ts';
import type { Way } from '../network/proxy.ts';
import { changeSettings, settingsSchema } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { openAgent } from '../testing/open-agent.ts';
import { TestProxy } from '../testing/proxy.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { enroll } from '../uplink/enroll.ts';
import { LocalPage } from './web/local-page.ts';

/** The agent gives up on PowerSchool after this long; everything else answers within a tenth of it. */
const patienceMs = 2000;
const relayUrl = new URL('https://relay.test');

const browser = await launchBrowser();
t.teardown(() => browser?.close());

interface Testbed {
  simulator: PowerSchoolSimulator;
  relay: RelayDouble;
  proxy: TestProxy;
  folder: string;
  url: string;
}

async function open(t: Test): Promise<Testbed> {
  const simulator = await startPowerSchoolSimulator({ students: 60 });
  const [second] = simulator.edit([{ op: 'addSchool', name: 'Second' }]);
  simulator.edit([{ op: 'addStudent', schoolId: Number(second?.schoolId), firstName: 'Ana', lastName: 'Šimić' }]);
  const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(powerqueryManifest('0.1.0')));
  const authority = await createAuthority('District CA');
  const relay = new RelayDouble();
  relay.fields = { student: ['surname'] };
  await relay.open(await authority.issue(['relay.test']));
  const proxy = await TestProxy.start();
  await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` } });
  const relayWay: Way = {
    ca: [authority.ca],
    proxy: { url: proxy.url, ca: [], credentials: undefined, from: 'the settings' },
  };

  const base = t.testdir({ 'ca.pem': simulator.ca ?? '' });
  const folder = join(base, 'state');
  const state = await AgentState.open(folder);
  const settings = {
    ...{ 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId },
    ...{ 'powerschool.caFile': join(base, 'ca.pem'), 'page.port': 0 },
  };
  await state.saveSettings(changeSettings(settingsSchema.parse({}), settings));
  await state.saveSecret(clientSecret);
  await state.saveIdentity(await enroll({ relay: relayUrl, ...relayWay, code: relay.code, name: 'test agent' }));

  const opened = Promise.withResolvers<string>();
  const page = await LocalPage.prepare({
    ...{ state, hostname: 'sis-agent-01', clock: systemClock },
    places: { powerschool: new URL(simulator.baseUrl).host, relay: relayUrl.host, proxy: proxy.url.host },
    report: (event) => {
      if (event.event === 'page.open') opened.resolve(event.url);
    },
  });
  const stop = new AbortController();
  const { agent, parts } = await openAgent(folder, relayUrl, stop.signal, {
    ...{ relayWay, watch: page.watch, report: page.report, powerschoolTimeoutMs: patienceMs },
    // A fifth of the longest pause: an unreachable relay is retried a few times a second, not in a tight loop.
    random: () => 0.2,
  });
  const { baselines, meter, source } = parts;
  await page.open({ control: agent, baselines, meter, source, runChecks: undefined, supportBundle: undefined });
  const running = agent.run();
  t.teardown(async () => {
    stop.abort();
    await running;
    await page.close();
    await parts.lock.release();
    await proxy.close();
    await relay.close();
    await simulator.close();
  });
  return { simulator, relay, proxy, folder, url: await opened.promise };
}

const student = queryName('student');

/** What PowerSchool does, and what the page says about it. Each fault lasts until it is removed. */
const troubles: { name: string; fault: Partial<Fault> & Pick<Fault, 'kind'>; says: RegExp; step: RegExp }[] = [
  { name: 'html', fault: { kind: 'html' }, says: /web page instead of data/, step: /tries again on its own/ },
  { name: 'maintenance', fault: { kind: 'maintenance' }, says: /maintenance/, step: /sends nothing until/ },
  { name: '500', fault: { kind: '500' }, says: /failed with status 500/, step: /server log/ },
  {
    name: 'slow',
    fault: { kind: 'slow', ms: 600_000 },
    says: /there was no answer in time/,
    step: /server is running/,
  },
  { name: 'cut', fault: { kind: 'cut', query: student }, says: /it closed the connection/, step: /server is running/ },
  {
    name: 'empty',
    fault: { kind: 'empty', query: student },
    says: /0 rows read, 60 counted/,
    step: /sends no deletion/,
  },
  {
    name: 'partial',
    fault: { kind: 'partial', query: student },
    says: /of the students of school 1 /,
    step: /reads it again/,
  },
  { name: 'foreign', fault: { kind: 'foreign', query: student }, says: /another school/, step: /If this continues/ },
  {
    name: 'contradictory',
    fault: { kind: 'doubled', query: student },
    says: /120 rows read, 60 counted/,
    step: /reads it again/,
  },
  { name: 'kind-gone', fault: { kind: 'empty', query: probeName }, says: /suddenly has no/, step: /--accept-empty/ },
  { name: '401', fault: { kind: '401' }, says: /refused the client id and secret/, step: /Data Provider/ },
];

const looks = [
  { width: 1280, colorScheme: 'light' as const },
  { width: 360, colorScheme: 'dark' as const },
  { width: 1280, colorScheme: 'dark' as const },
  { width: 360, colorScheme: 'light' as const },
];

let turn = 0;

/**
 * Cases whose pages differ in more than words: a failed cycle, one that held something back, one that needs a person.
 */
const examined = ['html', 'partial', '401', 'relay-gone', 'proxy-gone'];

/**
 * Checks the page in the next combination of width and color scheme: nothing is too wide, and axe accepts the report.
 */
async function lookAt(t: Test, tab: Tab, name: string): Promise<void> {
  const { width, colorScheme } = looks[turn % looks.length] ?? { width: 1280, colorScheme: 'light' };
  turn += 1;
  await tab.emulateMedia({ colorScheme });
  await tab.setViewportSize({ width, height: 900 });
  t.ok((await tooWide(tab)) <= 0, `${name} at ${width} px is as wide as its window`);
  if (width === 1280)
    t.ok((await tooWide(tab, '.cycles .scroller')) <= 0, `${name}: every column of the cycles is seen`);
  await tab.screenshot({ path: join(screenshots, `fault-${name}-${width}-${colorScheme}.png`) });
  if (!examined.includes(name)) return;
  const parts = ['.top', '#path', '.cycles', '.buckets'];
  t.same(await violationsOf(tab, parts), [], `${name}, ${width} px, ${colorScheme}`);
}

/** One sentence and one step, without technical jargon. */
async function saysPlainly(t: Test, tab: Tab, says: RegExp, step: RegExp): Promise<void> {
  const headline = tab.locator('#verdict h2').filter({ hasText: says });
  await headline.waitFor();
  const sentence = (await headline.textContent()) ?? '';
  const next = (await tab.locator('#verdict .action').textContent()) ?? '';
  t.match(sentence, /^[A-Z].*\.$/s);
  t.match(next, step);
  t.match(next.trim(), /^[A-Z].*\.$/s);
  t.notMatch(`${sentence} ${next}`, /undefined|\[object|\bat .*:\d+:\d+|TypeError|studentEnrollment:|student:/);
  t.match(await tab.title(), /^(Trying again|Needs you)/);
}

function deletesOf({ relay }: Testbed): string[] {
  return relay.said('batch').flatMap(({ deletes }) => deletes);
}

t.test('reports every PowerSchool failure in one sentence, and loses no record', { skip: noBrowser }, async (t) => {
  await mkdir(screenshots, { recursive: true });
  const testbed = await open(t);
  const { simulator, relay, folder } = testbed;
  const tab = await openTab(t, browser, testbed.url);
  const working = tab.getByText('Everything is working.');
  const sync = tab.getByRole('button', { name: 'Sync now' });
  await working.waitFor();
  const ids = JSON.stringify(relay.ids());
  const surname = () =>
    [...relay.mirror].flatMap(([key, records]) => (key.startsWith('student:') ? [records.get('1')] : [])).find(Boolean);
  for (const [index, { name, fault, says, step }] of troubles.entries()) {
    const lastName = `Changed ${index}`;
    simulator.edit([{ op: 'renameStudent', studentId: 1, lastName }]);
    simulator.addFault({ ...fault, times: 0 });
    await sync.click();
    await saysPlainly(t, tab, says, step);
    t.match(await tab.locator('#path .station').first().textContent(), /trying again|needs you|answers/, name);
    await lookAt(t, tab, name);
    t.notMatch(surname(), { surname: lastName });

    simulator.clearFaults();
    await rm(join(folder, 'powerschool-refusal.json'), { force: true });
    await sync.click();
    await working.waitFor();
    t.match(surname(), { surname: lastName }, `after ${name} the change has arrived`);
    t.equal(JSON.stringify(relay.ids()), ids);
    t.same(deletesOf(testbed), [], `${name} deletes nothing`);
  }
  t.same(relay.violations, []);
});

t.test(
  'reports an unreachable relay or proxy in one sentence, and reconnects when it is back',
  { skip: noBrowser },
  async (t) => {
    const testbed = await open(t);
    const { proxy, relay } = testbed;
    const tab = await openTab(t, browser, testbed.url);
    const working = tab.getByText('Everything is working.');
    await working.waitFor();
    const stations = async () => (await tab.locator('#path .station .state').allTextContents()).join(', ');

    await proxy.set({ hosts: {} });
    await proxy.cut();
    await saysPlainly(t, tab, /proxy .* could not connect to relay\.test:443/, /whether the proxy can reach it/);
    t.equal(await stations(), 'not asked, running, trying again, not seen');
    await lookAt(t, tab, 'relay-gone');

    await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` } });
    await working.waitFor();
    t.equal(await stations(), 'answers, running, open, connected');

    await proxy.close();
    await saysPlainly(t, tab, /Cannot reach the proxy/, /Check the proxy's address/);
    t.equal(await stations(), 'not asked, running, trying again, not seen');
    await lookAt(t, tab, 'proxy-gone');
    t.same(deletesOf(testbed), []);
  },
);
