/**
 * Row security of PostgreSQL: the second wall between tenants, after the queries' own conditions. It is made anew after every
 * migration, so that no new table is without it.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from '../schema.ts';
import { acrossTenants } from './across-tenants.ts';

/** An empty setting is what remains of one of an earlier transaction; it is nobody's. */
const current = sql`nullif(current_setting('hallpass.tenant', true), '')`;
const isAcross = sql`coalesce(current_setting('hallpass.across', true), '') = 'on'`;

/** The serving role can do nothing that these tables' rows do not need. */
const unwritten = ['kysely_migration', 'kysely_migration_lock'];

export interface TenantTable {
  name: string;
  /** The column that names the tenant. */
  column: 'tenant_id' | 'id';
}

/** Every table in which rows belong to tenants, from the catalog. */
export async function tenantTables(db: Kysely<Database>): Promise<TenantTable[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id'
      and not a.attisdropped
    order by c.relname`.execute(db);
  return [{ name: 'tenant', column: 'id' }, ...rows.map(({ name }) => ({ name, column: 'tenant_id' as const }))];
}

/**
 * Walls for all tables, and the rights of the serving role. Called by the owner, in one transaction.
 *
 * @param role that serves; it exists
 */
export async function secureTables(db: Kysely<Database>, role: string): Promise<void> {
  const serving = sql.id(role);
  await sql`grant usage on schema ${sql.id(await currentSchema(db))} to ${serving}`.execute(db);
  for (const table of await allTables(db)) {
    const rights = unwritten.includes(table) ? sql`select` : sql`select, insert, update, delete`;
    await sql`revoke all on ${sql.table(table)} from ${serving}, public`.execute(db);
    await sql`grant ${rights} on ${sql.table(table)} to ${serving}`.execute(db);
  }
  for (const { name, column } of await tenantTables(db)) {
    const table = sql.table(name);
    await sql`alter table ${table} enable row level security`.execute(db);
    await sql`alter table ${table} force row level security`.execute(db);
    const { rows } = await sql<{ policy: string }>`
      select polname as policy from pg_policy where polrelid = ${name}::regclass`.execute(db);
    for (const { policy } of rows) await sql`drop policy ${sql.id(policy)} on ${table}`.execute(db);
    // Migrations change rows of all tenants.
    await sql`create policy hallpass_owner on ${table} to current_user using (true) with check (true)`.execute(db);
    const own = sql`${sql.ref(column)} = ${current}`;
    await sql`create policy hallpass_own on ${table} to ${serving} using (${own}) with check (${own})`.execute(db);
    const across = name === 'tenant' ? 'write' : acrossTenants[name]?.may;
    if (across === 'read') {
      await sql`create policy hallpass_across on ${table} for select to ${serving} using (${isAcross})`.execute(db);
    }
    if (across === 'write') {
      await sql`create policy hallpass_across on ${table} to ${serving} using (${isAcross}) with check (${isAcross})`.execute(
        db,
      );
    }
  }
}

async function allTables(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
    order by relname`.execute(db);
  return rows.map(({ name }) => name);
}

async function currentSchema(db: Kysely<Database>): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db);
  return rows[0]?.name ?? 'public';
}
