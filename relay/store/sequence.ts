/** Sequence numbers for a tenant's events, because times may tie or go back. */
import { awaitTurn } from './engine/sql/turn.ts';
import type { TenantScope } from './store.ts';

/**
 * The next number. Transactions of a tenant follow one another, so it is unique; one across tenants waits here for those of this
 * tenant.
 */
export async function nextNumber({ db, tenantId }: TenantScope, table: 'audit' | 'run' | 'operation'): Promise<number> {
  await awaitTurn(db, tenantId);
  const row = await db
    .selectFrom(table)
    .select(({ fn }) => fn.max('seq').as('last'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}
