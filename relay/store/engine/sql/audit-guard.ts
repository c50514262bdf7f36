/** The audit log can only grow: triggers see to it. Removing a district is the one exception. */
import { type Kysely, sql } from 'kysely';
import { isPostgres } from './dialect.ts';

/** Called by a migration. */
export async function guardAudit<Schema>(db: Kysely<Schema>): Promise<void> {
  if (!isPostgres(db)) {
    for (const action of ['update', 'delete']) {
      await sql`create trigger ${sql.ref(`audit_no_${action}`)} before ${sql.raw(action)} on audit
        begin select raise(abort, 'the audit log can only grow'); end`.execute(db);
    }
    return;
  }
  // The serving role may not drop triggers, so a setting of the transaction names the tenant that is being removed.
  await sql`create function audit_only_grows() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and old.tenant_id = nullif(current_setting('hallpass.removing', true), '') then return old; end if;
      raise exception 'the audit log can only grow';
    end $$`.execute(db);
  await sql`create trigger audit_only_grows before update or delete on audit
    for each row execute function audit_only_grows()`.execute(db);
}

/**
 * For the rest of the transaction, or until it is put back, the tenant's entries can be deleted. @returns puts the guard back
 */
export async function liftAuditGuard<Schema>(db: Kysely<Schema>, tenantId: string): Promise<() => Promise<void>> {
  if (isPostgres(db)) {
    await sql`select set_config('hallpass.removing', ${tenantId}, true)`.execute(db);
    return async () => {
      await sql`select set_config('hallpass.removing', '', true)`.execute(db);
    };
  }
  const { rows: guards } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'`.execute(db);
  for (const { name } of guards) await sql`drop trigger ${sql.ref(name)}`.execute(db);
  return async () => {
    for (const guard of guards) await sql.raw(guard.sql).execute(db);
  };
}
