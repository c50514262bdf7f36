/** Sequence numbers for a tenant's events, because times may tie or go back. */
import type { TenantScope } from './store.ts';

/** The next number. There is only one writing transaction at a time (sqlite-dialect.ts), so it is unique. */
export async function nextNumber({ db, tenantId }: TenantScope, table: 'audit' | 'run' | 'operation'): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select(({ fn }) => fn.max('seq').as('last'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}
