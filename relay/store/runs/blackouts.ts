/** Days of a district on which nothing is written to Microsoft 365. */
import { randomUUID } from 'node:crypto';
import type { Blackout } from '../../profile/blackout.ts';
import type { TenantScope } from '../store.ts';

export interface StoredBlackout extends Blackout {
  /** ISO 8601, UTC. */
  addedAt: string;
  addedBy: string;
}

/** By the first day. */
export async function readBlackouts({ db, tenantId }: TenantScope): Promise<Blackout[]> {
  return await db
    .selectFrom('blackout')
    .select(['id', 'first_day as from', 'last_day as to', 'reason'])
    .where('tenant_id', '=', tenantId)
    .orderBy('first_day')
    .orderBy('id')
    .execute();
}

/** The same, with who added each. */
export async function listBlackouts({ db, tenantId }: TenantScope): Promise<StoredBlackout[]> {
  return await db
    .selectFrom('blackout')
    .select(['id', 'first_day as from', 'last_day as to', 'reason', 'added_at as addedAt', 'added_by as addedBy'])
    .where('tenant_id', '=', tenantId)
    .orderBy('first_day')
    .orderBy('id')
    .execute();
}

export async function addBlackout(
  { db, tenantId }: TenantScope,
  { from, to, reason, addedAt, addedBy }: Omit<StoredBlackout, 'id'>,
): Promise<StoredBlackout> {
  const id = randomUUID();
  await db
    .insertInto('blackout')
    .values({ tenant_id: tenantId, id, first_day: from, last_day: to, reason, added_at: addedAt, added_by: addedBy })
    .execute();
  return { id, from, to, reason, addedAt, addedBy };
}

export async function removeBlackout({ db, tenantId }: TenantScope, id: string): Promise<void> {
  await db.deleteFrom('blackout').where('tenant_id', '=', tenantId).where('id', '=', id).execute();
}
