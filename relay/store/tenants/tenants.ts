/** Changes and removes tenants, across every table that has rows of them. */
import { sql } from 'kysely';
import { fail } from '../../../shared/errors.ts';
import { liftAuditGuard } from '../engine/sql/audit-guard.ts';
import { rowPlace } from '../engine/sql/dialect.ts';
import { requestRun } from '../runs/run-control.ts';
import type { SystemScope, TenantScope } from '../store.ts';
import { forgetUsers } from '../users/users.ts';
import { forgetClosedTokens } from './api-tokens.ts';
import { refuseTaken, type Tenant } from './system.ts';

export interface TenantChange {
  slug?: string;
  name?: string;
  /** A GUID. */
  graphTenantId?: string;
}

/**
 * Changes the given fields. The Microsoft tenant can change only before anything was written there: what was read of it
 * is deleted, and the next run reads the other one.
 *
 * @throws HallpassError TENANT_EXISTS, TENANT_PROVISIONED
 */
export async function editTenant({ db }: SystemScope, before: Tenant, change: TenantChange): Promise<void> {
  const graphTenantId = (change.graphTenantId ?? before.graph_tenant_id).toLowerCase();
  const { slug = before.slug, name = before.name } = change;
  await refuseTaken({ db }, { slug, graphTenantId }, before.id);
  if (graphTenantId !== before.graph_tenant_id) await forgetDirectory({ db, tenantId: before.id }, before.slug);
  await db
    .updateTable('tenant')
    .set({ slug, name, graph_tenant_id: graphTenantId })
    .where('id', '=', before.id)
    .execute();
}

async function forgetDirectory(scope: TenantScope, slug: string): Promise<void> {
  const { db, tenantId } = scope;
  const countIn = async (table: 'link' | 'applied') => {
    const row = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenant_id', '=', tenantId)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  };
  const [links, objects] = [await countIn('link'), await countIn('applied')];
  if (links + objects > 0) throw fail('TENANT_PROVISIONED', { tenant: slug, links, objects });
  for (const table of [
    'directory_user',
    'directory_state',
    'found_object',
    'deleted_account',
    'drift',
    'drift_reading',
    'school_reading',
    'problem',
    'microsoft_access',
    'consent_attempt',
  ] as const) {
    await db.deleteFrom(table).where('tenant_id', '=', tenantId).execute();
  }
  await requestRun(scope, 'restarts');
}

/** What an agent needs to hash its records as this relay does. */
export async function nameAndSalt({ db, tenantId }: TenantScope): Promise<{ name: string; salt: string }> {
  return await db.selectFrom('tenant').select(['name', 'salt']).where('id', '=', tenantId).executeTakeFirstOrThrow();
}

/** Tables with rows of this tenant, and their number. */
export async function countTenant({ db, tenantId }: TenantScope): Promise<{ table: string; rows: number }[]> {
  const counts = [];
  for (const table of await tenantTables({ db })) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(db);
    const count = Number(rows[0]?.count ?? 0);
    if (count > 0) counts.push({ table, rows: count });
  }
  return counts;
}

/** The first step of a removal: the intake and provisioning stop. */
export async function closeTenant({ db, tenantId }: TenantScope): Promise<void> {
  for (const table of ['agent', 'enrollment_code', 'profile'] as const) {
    await db.deleteFrom(table).where('tenant_id', '=', tenantId).execute();
  }
}

/** Rows deleted and overwritten in one transaction: about 20 ms. */
const emptiedAtOnce = 1000;

/**
 * The following steps; others can write in between. @returns whether there is more to delete before {@link removeTenant}
 */
export async function emptyTenant(scope: TenantScope, most = emptiedAtOnce): Promise<boolean> {
  const { db, tenantId } = scope;
  const place = rowPlace(db);
  for (const table of await tenantTables(scope)) {
    // Its rows are deleted in the last step.
    if (table === 'audit') continue;
    const { numAffectedRows = 0n } = await sql`
      delete from ${sql.table(table)}
      where ${place} in (select ${place} from ${sql.table(table)} where tenant_id = ${tenantId} limit ${most})`.execute(
      db,
    );
    if (numAffectedRows > 0n) return true;
  }
  return false;
}

/**
 * The last step: deletes the tenant's remaining rows, including its audit log, which names people of the district.
 * Triggers prevent deletions from that log; they are lifted for this transaction.
 */
export async function removeTenant(scope: TenantScope): Promise<void> {
  const { db, tenantId } = scope;
  const restore = await liftAuditGuard(db, tenantId);
  for (const table of await tenantTables(scope)) {
    await sql`delete from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(db);
  }
  await forgetClosedTokens(scope);
  await forgetUsers(scope);
  await db.deleteFrom('tenant').where('id', '=', tenantId).execute();
  await restore();
}

async function tenantTables({ db }: SystemScope): Promise<string[]> {
  const tables = await db.introspection.getTables();
  const named = tables.filter(({ columns, isView }) => !isView && columns.some(({ name }) => name === 'tenant_id'));
  return named.map(({ name }) => name).sort();
}
