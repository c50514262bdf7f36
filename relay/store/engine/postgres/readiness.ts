/** What a relay checks before it serves from PostgreSQL: the schema is this program's, and the role cannot pass the walls. */
import { type Kysely, sql } from 'kysely';
import { fail } from '../../../../shared/errors.ts';
import { missingMigrations } from '../migrations.ts';
import type { Database } from '../schema.ts';
import { tenantTables } from './row-security.ts';

/** @throws HallpassError STORE_TOO_NEW, STORE_NOT_MIGRATED */
export async function checkSchema(db: Kysely<Database>, store: string): Promise<void> {
  const missing = await missingMigrations(db, store);
  if (missing.length > 0) {
    throw fail('STORE_NOT_MIGRATED', { store, reason: `it lacks ${missing.length} of its tables' versions` });
  }
}

/** @throws HallpassError STORE_ROLE_UNSAFE, STORE_NOT_MIGRATED */
export async function checkRole(db: Kysely<Database>, store: string): Promise<void> {
  const { rows } = await sql<{ name: string; super: number; bypass: number; owner: number }>`
    select rolname as name, rolsuper as super, rolbypassrls as bypass, exists (
      select 1 from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
        and pg_has_role(current_user, relowner, 'member')) as owner
    from pg_roles where rolname = current_user`.execute(db);
  const role = rows[0];
  const refuse = (reason: string) => fail('STORE_ROLE_UNSAFE', { store, role: role?.name ?? '', reason });
  if (role === undefined) throw refuse('the server does not know it');
  if (role.super === 1) throw refuse('it is a superuser');
  if (role.bypass === 1) throw refuse('it has BYPASSRLS');
  if (role.owner === 1) throw refuse('it owns the tables, or is a member of the role that does');
  const open = await openTables(db);
  if (open.length > 0) throw fail('STORE_NOT_MIGRATED', { store, reason: `${open.join(', ')} without row security` });
}

/** Tables with rows of tenants that no wall protects: a migration was interrupted, or someone changed them. */
async function openTables(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class c where relnamespace = current_schema()::regnamespace and relrowsecurity
      and relforcerowsecurity and exists (select 1 from pg_policy where polrelid = c.oid and polname = 'hallpass_own')
  `.execute(db);
  const walled = new Set(rows.map(({ name }) => name));
  return (await tenantTables(db)).map(({ name }) => name).filter((name) => !walled.has(name));
}
