import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { openStore, type Store, type TenantScope } from '../../store.ts';
import { createTenant, listTenants } from '../../tenants/system.ts';

const now = new Date('2026-09-01T08:00:00Z');
const contoso = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
/** Some three pages of the log a row, with the overflow. SQLite writes no page that stays as it is. */
let times = 0;
const newData = () => `${++times} `.repeat(2000).slice(0, 8000);

async function serving(t: Pick<Tap, 'testdir' | 'teardown'>) {
  const file = join(t.testdir(), 'relay.db');
  const store = await openStore(file, { serving: 'main thread' });
  const { id } = await store.system((scope) => createTenant(scope, contoso, now));
  const looker = new DatabaseSync(file);
  t.teardown(() => looker.close());
  /** Pages in the log, and of them in the database. */
  const log = () => {
    const { log, checkpointed } = looker.prepare('PRAGMA wal_checkpoint(NOOP)').get() ?? {};
    return { pages: Number(log), done: Number(checkpointed) };
  };
  return { file, store, id, log };
}
type Tap = typeof t;

/** A row of more than a hundred pages. */
async function wide({ db, tenantId }: TenantScope): Promise<void> {
  await db
    .updateTable('tenant')
    .set({ name: newData().repeat(80) })
    .where('id', '=', tenantId)
    .execute();
}

/** Rows that are written again and again. */
async function write(store: Store, tenantId: string, rows: number): Promise<void> {
  const data = newData();
  await store.withTenant(tenantId, async ({ db }) => {
    for (let id = 0; id < rows; id += 1) {
      const row = {
        tenant_id: tenantId,
        kind: 'student',
        school_id: '1',
        id: String(id),
        hash: '',
        version: 1,
      } as const;
      await db
        .insertInto('record')
        .values({ ...row, data, deleted: 0 })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'kind', 'school_id', 'id']).doUpdateSet({ data }))
        .execute();
    }
  });
}

t.test('what is written gets into the database, and by no commit', async (t) => {
  const { store, id, log } = await serving(t);
  // Fewer rows than make the thread look, and more pages than SQLite itself leaves in the log.
  await write(store, id, 240);
  for (let row = 0; row < 9; row += 1) await store.withTenant(id, (scope) => wide(scope));
  t.match(log(), { done: 0 });
  t.ok(log().pages > 1000);
  await write(store, id, 1);
  while (log().done === 0) await setImmediate();
  await store.close();
});

t.test('the log begins again although writers never pause', async (t) => {
  const { store, id, log } = await serving(t);
  let most = 0;
  for (;;) {
    await write(store, id, 60);
    const { pages } = log();
    if (pages < most) break;
    most = pages;
  }
  t.ok(most >= 1000, `after ${most} pages`);
  await store.close();
});

t.test('a relay that ends leaves no log, and what it stored is there', async (t) => {
  const file = join(t.testdir(), 'relay.db');
  const store = await openStore(file, { serving: 'main thread' });
  const { id } = await store.system((scope) => createTenant(scope, contoso, now));
  await write(store, id, 400);
  await store.close();
  t.notOk(existsSync(`${file}-wal`));
  const again = await openStore(file);
  t.match(await again.system(listTenants), [{ slug: 'contoso' }]);
  await again.close();
});

t.test('what a turn writes is on the disk when it is answered, and SQLite keeps its log short', async (t) => {
  const { file, store, id, log } = await serving(t);
  const turn = await openStore(file, { serving: 'turn' });
  await write(turn, id, 1);
  for (let row = 0; row < 9; row += 1) await turn.withTenant(id, (scope) => wide(scope));
  t.ok(log().pages < 1000, 'its own commits carry it over');
  await turn.close();
  t.match(await store.system(listTenants), [{ slug: 'contoso' }]);
  await store.close();
});
