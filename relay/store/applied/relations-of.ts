/** The classes of a person in Microsoft 365. */
import type { PersonKey } from '../../model/person-key.ts';
import type { TenantScope } from '../store.ts';

/** Section ids. The table's key begins with the class, so every class is asked: reading all memberships would be more. */
export async function relationsOf(
  { db, tenantId }: TenantScope,
  key: PersonKey,
): Promise<Record<'member' | 'owner', ReadonlySet<string>>> {
  const rows = await db
    .selectFrom('applied')
    .innerJoin('applied_relation as relation', (join) =>
      join.onRef('relation.tenant_id', '=', 'applied.tenant_id').onRef('relation.container', '=', 'applied.key'),
    )
    .select(['relation.kind', 'relation.container'])
    .where('applied.tenant_id', '=', tenantId)
    .where('applied.kind', '=', 'class')
    .where('relation.kind', 'in', ['member', 'owner'])
    .where('relation.item', '=', key)
    .execute();
  const of = (kind: 'member' | 'owner') => rows.filter((row) => row.kind === kind).map((row) => row.container);
  return { member: new Set(of('member')), owner: new Set(of('owner')) };
}
