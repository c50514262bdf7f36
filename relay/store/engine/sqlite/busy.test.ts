import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { openStore } from '../../store.ts';
import { createTenant, listTenants } from '../../tenants/system.ts';

t.test('waiting for the transaction of another connection keeps the thread from nothing', async (t) => {
  const file = join(t.testdir(), 'relay.db');
  const store = await openStore(file);
  const other = new DatabaseSync(file);
  other.exec('begin immediate');
  const contoso = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
  let isMade = false;
  const made = store
    .system((scope) => createTenant(scope, contoso, new Date()))
    .then(() => {
      isMade = true;
    });
  for (let turns = 0; turns < 1000; turns += 1) await setImmediate();
  t.notOk(isMade);
  other.exec('commit');
  await made;
  other.close();
  t.match(await store.system(listTenants), [{ slug: 'contoso' }]);
  await store.close();
});
