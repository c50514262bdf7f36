/** Accounts of a district that Hallpass never writes to. */
import type { ExemptAccount } from '../../model/exempt.ts';
import type { TenantScope } from '../store.ts';

export interface StoredExempt extends ExemptAccount {
  /** ISO 8601, UTC. */
  addedAt: string;
  addedBy: string;
}

/** By account. */
export async function readExempt({ db, tenantId }: TenantScope): Promise<ExemptAccount[]> {
  return await db
    .selectFrom('exempt_account')
    .select(['account', 'reason'])
    .where('tenant_id', '=', tenantId)
    .orderBy('account')
    .execute();
}

/** The same, with who added each. */
export async function listExempt({ db, tenantId }: TenantScope): Promise<StoredExempt[]> {
  return await db
    .selectFrom('exempt_account')
    .select(['account', 'reason', 'added_at as addedAt', 'added_by as addedBy'])
    .where('tenant_id', '=', tenantId)
    .orderBy('account')
    .execute();
}

export async function addExempt(
  { db, tenantId }: TenantScope,
  { account, reason, addedAt, addedBy }: StoredExempt,
): Promise<void> {
  await db
    .insertInto('exempt_account')
    .values({ tenant_id: tenantId, account, reason, added_at: addedAt, added_by: addedBy })
    .execute();
}

export async function removeExempt({ db, tenantId }: TenantScope, account: string): Promise<void> {
  await db.deleteFrom('exempt_account').where('tenant_id', '=', tenantId).where('account', '=', account).execute();
}
