/**
 * Requests of people about a tenant's runs, from any process. They are counted, so a serving relay notices them in the
 * database.
 */
import type { SystemScope, TenantScope } from '../store.ts';

/** `people`: somebody is to be provisioned at once, see person-requests.ts. */
export type RunRequest = 'starts' | 'cancels' | 'restarts' | 'people';
export type RunRequests = Record<RunRequest, number>;

export async function requestRun({ db, tenantId }: TenantScope, request: RunRequest): Promise<void> {
  await db
    .insertInto('run_control')
    .values({ tenant_id: tenantId, starts: 0, cancels: 0, restarts: 0, restarts_done: 0, people: 0, [request]: 1 })
    .onConflict((conflict) =>
      conflict.column('tenant_id').doUpdateSet((eb) => ({ [request]: eb(`run_control.${request}`, '+', 1) })),
    )
    .execute();
}

/** The counts by tenant; tenants without requests are missing. */
export async function runRequests({ db }: SystemScope): Promise<Map<string, RunRequests>> {
  const rows = await db
    .selectFrom('run_control')
    .select(['tenant_id', 'starts', 'cancels', 'restarts', 'people'])
    .execute();
  return new Map(rows.map(({ tenant_id, ...requests }) => [tenant_id, requests]));
}

/**
 * If a restart was requested and has not begun, deletes the directory readings and the problems, so that everything is
 * checked again. Links and the applied state stay: nothing is created twice.
 *
 * @returns whether there was one, which makes the state in memory outdated
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
