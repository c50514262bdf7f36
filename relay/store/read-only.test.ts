/** Reading a tenant beside the writers: what writes there all the same is our mistake, and no fault of the disk. */
import { join } from 'node:path';
import t from 'tap';
import { requestRun } from './runs/run-control.ts';
import { openStore } from './store.ts';

t.test('a write while only reading was asked for is a bug, and changes nothing', async (t) => {
  const store = await openStore(join(t.testdir(), 'relay.db'));
  t.teardown(() => store.close());
  const write = store.readTenant('t', (scope) => requestRun(scope, 'starts'));
  await t.rejects(write, { name: 'TypeError', message: /write inside readTenant/ });
  const rows = await store.readTenant('t', ({ db }) => db.selectFrom('run_control').selectAll().execute());
  t.same(rows, [], 'and reading goes on');
});
