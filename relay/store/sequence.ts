/** Numbers that order what happened in a tenant where times tie, or a clock went back. */
import type { TenantScope } from './store.ts';

/** The number after the last one. A transaction that writes is the only one (sqlite-dialect.ts), so nobody else gets it. */
export async function nextNumber({ db, tenantId }: TenantScope, table: 'audit' | 'run' | 'operation'): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select(({ fn }) => fn.max('seq').as('last'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return Number(row?.last ?? 0) + 1;
}
