/** What every store promises, whatever keeps the rows. */
import t from 'tap';
import { addTenant, testProfile } from '../../testing/relay-double.ts';
import { readAudit, writeAudit } from '../audit/audit.ts';
import { setProfile } from '../profiles/profiles.ts';
import { requestRun, runRequests } from '../runs/run-control.ts';
import type { Store, TenantScope } from '../store.ts';
import { createTenant, listTenants } from '../tenants/system.ts';
import { engines } from './engines.ts';

const now = new Date('2026-09-01T08:00:00Z');
const names = ({ db }: TenantScope) => db.selectFrom('profile').select('name').execute();
const entry = { at: now.toISOString(), who: 'kim', action: 'x', detail: {}, note: null, actor: null };
const add = (store: Store, slug: string) => addTenant({ store }, slug);

for (const { name, skip, open } of engines) {
  t.test(name, { skip }, async (t) => {
    const [store, other] = await open(t);
    const { id } = await add(store, 'contoso');
    const fabrikam = await add(store, 'fabrikam');

    t.test('a transaction that throws is undone, whole', async (t) => {
      const half = store.system(async (scope) => {
        await createTenant(scope, { slug: 'half', name: 'half', graphTenantId: 'g' }, now);
        throw new Error('in the middle');
      });
      await t.rejects(half, { message: 'in the middle' });
      t.same(
        (await other.readSystem(listTenants)).map(({ slug }) => slug),
        ['contoso', 'fabrikam'],
      );
    });

    t.test('a reader sees one moment, and keeps nobody from writing', async (t) => {
      await store.readTenant(id, async (scope) => {
        t.same(await names(scope), []);
        // In the same process and in another one.
        await store.withTenant(id, (writing) => setProfile(writing, { ...testProfile, name: 'a' }, now));
        await other.withTenant(id, (writing) => setProfile(writing, { ...testProfile, name: 'b' }, now));
        t.same(await names(scope), []);
      });
      t.same(await store.readTenant(id, names), [{ name: 'a' }, { name: 'b' }]);
    });

    t.test('a write while only reading was asked for is a bug, and changes nothing', async (t) => {
      const write = store.readTenant(id, (scope) => requestRun(scope, 'starts'));
      await t.rejects(write, { name: 'TypeError', message: /open for reading/ });
      t.same(await store.readSystem(runRequests), new Map(), 'and reading continues');
    });

    t.test('transactions of a tenant follow one another, over processes', async (t) => {
      const count = 12;
      const more = [store, other, store, other].flatMap((one) =>
        Array.from({ length: count / 4 }, () => one.withTenant(id, (scope) => requestRun(scope, 'starts'))),
      );
      await Promise.all(more);
      t.match((await store.readSystem(runRequests)).get(id), { starts: count });
    });

    t.test('entries of a tenant are numbered without gaps, also by transactions across tenants', async (t) => {
      const write = (scope: TenantScope) => writeAudit(scope, entry);
      await Promise.all([
        ...[store, other].map((one) => one.withTenant(id, write)),
        ...[store, other].map((one) =>
          one.system(async ({ db }) => {
            for (const tenantId of [fabrikam.id, id]) await write({ db, tenantId });
          }),
        ),
        store.withTenant(fabrikam.id, write),
      ]);
      for (const [tenantId, seqs] of [
        [id, [4, 3, 2, 1]],
        [fabrikam.id, [3, 2, 1]],
      ] as const) {
        const entries = await store.readTenant(tenantId, (scope) => readAudit(scope, { limit: 9 }));
        t.same(
          entries.map(({ seq }) => seq),
          seqs,
        );
      }
    });

    t.test('the audit log can only grow', async (t) => {
      await t.rejects(
        store.withTenant(id, ({ db }) =>
          db.updateTable('audit').set({ who: 'lee' }).where('tenant_id', '=', id).execute(),
        ),
        { message: /can only grow/ },
      );
      await t.rejects(
        store.withTenant(id, ({ db }) => db.deleteFrom('audit').where('tenant_id', '=', id).execute()),
        { message: /can only grow/ },
      );
    });

    t.test('an empty list holds nothing', async (t) => {
      const none = store.readTenant(id, ({ db }) =>
        db.selectFrom('audit').select('id').where('tenant_id', '=', id).where('id', 'in', []).execute(),
      );
      t.same(await none, []);
    });

    t.test('ids are ordered by their bytes', async (t) => {
      const inOrder = ['-x', '1-0', '10', '1_0', '9', 'A', 'Z', '_x', 'a', 'É', 'é'];
      const row = { tenant_id: id, code: 'c', message: 'm', action: 'a', profile: 'p', first_at: '', last_at: '' };
      await store.withTenant(id, ({ db }) =>
        db
          .insertInto('problem')
          .values(inOrder.toReversed().map((subject) => ({ ...row, subject })))
          .execute(),
      );
      const rows = await store.readTenant(id, ({ db }) =>
        db.selectFrom('problem').select('subject').where('tenant_id', '=', id).orderBy('subject').execute(),
      );
      t.same(
        rows.map(({ subject }) => subject),
        inOrder,
      );
    });
  });
}
