import t from 'tap';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { issueCode } from '../agents/agents.ts';
import { writeAudit } from '../audit/audit.ts';
import type { TenantScope } from '../store.ts';
import { closeTenant, countTenant, emptyTenant, removeTenant } from './tenants.ts';

const now = new Date();
const words = { profile: 'p', code: 'c', message: 'm', action: 'a', first_at: '', last_at: '' };

async function fillTenant(scope: TenantScope): Promise<void> {
  const { db, tenantId: tenant_id } = scope;
  const rows = ['1', '2', '3', '4', '5'].map((subject) => ({ tenant_id, subject, ...words }));
  await db.insertInto('problem').values(rows).execute();
  await issueCode(scope, now);
  await writeAudit(scope, { at: now.toISOString(), who: 'kim', action: 'x', detail: {}, note: null, actor: null });
}

t.test('a district is removed in steps, of which none touches another district', async (t) => {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const { id } = await addTenant({ store }, 'contoso');
  const other = await addTenant({ store }, 'fabrikam');
  for (const one of [id, other.id]) await store.withTenant(one, fillTenant);
  const before = await store.withTenant(other.id, countTenant);
  const left = async () =>
    Object.fromEntries((await store.withTenant(id, countTenant)).map((one) => [one.table, one.rows]));

  await store.withTenant(id, closeTenant);
  t.match(await left(), { problem: 5, audit: 1, enrollment_code: undefined }, 'first, nobody comes in');
  const empty = () => store.withTenant(id, (scope) => emptyTenant(scope, 2));
  t.equal(await empty(), true);
  t.match(await left(), { problem: 3 }, 'a few rows at a time');
  while (await empty());
  t.same(Object.keys(await left()), ['audit'], 'its log to the last');
  await store.withTenant(id, removeTenant);
  t.same(await left(), {});
  t.same(await store.withTenant(other.id, countTenant), before);
});
