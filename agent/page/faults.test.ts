/** The page in a real browser during one failure of PowerSchool and one of the relay; faults.long.test.ts has all of them. */
import t from 'tap';
import { queryName } from '../../plugin/queries.ts';
import { launchBrowser, noBrowser, openTab } from '../../shared/testing/tab.ts';
import { deletesOf, openTestbed, saysPlainly } from './testing/testbed.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());

t.test(
  'reports a failure in one sentence, loses no record, and says when it is over',
  { skip: noBrowser },
  async (t) => {
    const testbed = await openTestbed(t);
    const { simulator, relay, proxy } = testbed;
    const tab = await openTab(t, browser, testbed.url);
    const working = tab.getByText('Everything is working.');
    const sync = tab.getByRole('button', { name: 'Sync now' });
    await working.waitFor();
    const ids = JSON.stringify(relay.ids());

    simulator.edit([{ op: 'renameStudent', studentId: 1, lastName: 'Changed' }]);
    simulator.addFault({ kind: 'partial', query: queryName('student'), times: 0 });
    await sync.click();
    await saysPlainly(t, tab, /of the students of school 1 /, /reads it again/);
    simulator.clearFaults();
    await sync.click();
    await working.waitFor();
    t.equal(JSON.stringify(relay.ids()), ids);
    const changed = [...relay.mirror.values()].some((records) => JSON.stringify(records.get('1'))?.includes('Changed'));
    t.ok(changed, 'the change has arrived');

    await proxy.set({ hosts: {} });
    await proxy.cut();
    await saysPlainly(t, tab, /proxy .* could not connect to relay\.test:443/, /whether the proxy can reach it/);
    await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` } });
    await working.waitFor();
    t.same(deletesOf(testbed), []);
    t.same(relay.violations, []);
  },
);
