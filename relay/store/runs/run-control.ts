/** What people ask of a tenant's runs, from whatever process: counted, so that a serving relay notices and asks nobody. */
import type { SystemScope, TenantScope } from '../store.ts';

export type RunRequest = 'starts' | 'cancels' | 'restarts';
export type RunRequests = Record<RunRequest, number>;

export async function requestRun({ db, tenantId }: TenantScope, request: RunRequest): Promise<void> {
  await db
    .insertInto('run_control')
    .values({ tenant_id: tenantId, starts: 0, cancels: 0, restarts: 0, restarts_done: 0, [request]: 1 })
    .onConflict((conflict) =>
      conflict.column('tenant_id').doUpdateSet((eb) => ({ [request]: eb(`run_control.${request}`, '+', 1) })),
    )
    .execute();
}

/** How often each was asked for, by tenant; tenants where nothing was are missing. */
export async function runRequests({ db }: SystemScope): Promise<Map<string, RunRequests>> {
  const rows = await db.selectFrom('run_control').select(['tenant_id', 'starts', 'cancels', 'restarts']).execute();
  return new Map(rows.map(({ tenant_id, ...requests }) => [tenant_id, requests]));
}

/**
 * Forgets, if a restart was asked for and has not begun, what was read of the directory and which problems there are, so that
 * all of it is looked at again. Links and what was applied stay: nothing is made twice.
 *
 * @returns whether there was one: what is known in memory is out of date then
 */
export async function beginRestart({ db, tenantId }: TenantScope): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('run_control')
    .set(({ ref }) => ({ restarts_done: ref('restarts') }))
    .where('tenant_id', '=', tenantId)
    .whereRef('restarts', '>', 'restarts_done')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await db
    .updateTable('directory_state')
    .set({ users_delta_link: null, adopted_at: null, owners_one_by_one: 0 })
    .where('tenant_id', '=', tenantId)
    .execute();
  await db.updateTable('team_activation').set({ checked_at: null }).where('tenant_id', '=', tenantId).execute();
  await db.deleteFrom('drift_reading').where('tenant_id', '=', tenantId).execute();
  await db.deleteFrom('problem').where('tenant_id', '=', tenantId).execute();
  return true;
}
