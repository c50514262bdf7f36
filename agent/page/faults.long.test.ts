/**
 * The page in a real browser during network failures: a working agent between the PowerSchool simulator and a relay
 * behind a proxy. Whatever goes wrong, the agent sends no deletion, the page shows one sentence and one step, and it
 * says so when the problem is over.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import t, { type Test } from 'tap';
import { probeName, queryName } from '../../plugin/queries.ts';
import type { Fault } from '../../scripts/simulators/powerschool/faults.ts';
import { launchBrowser, noBrowser, openTab, screenshots, tooWide, violationsOf } from '../../shared/testing/tab.ts';
import { deletesOf, openTestbed, saysPlainly } from './testing/testbed.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());

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

t.test('reports every PowerSchool failure in one sentence, and loses no record', { skip: noBrowser }, async (t) => {
  await mkdir(screenshots, { recursive: true });
  const testbed = await openTestbed(t);
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
    const testbed = await openTestbed(t);
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
