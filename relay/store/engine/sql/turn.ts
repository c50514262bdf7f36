/** Transactions that change a tenant follow one another: everything that reads before it writes relies on it. */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { isPostgres } from './dialect.ts';

/** The advisory lock of a tenant, until the transaction ends. A transaction may take its own again. */
export function turnOf(tenantId: string): RawBuilder<unknown> {
  return sql`pg_advisory_xact_lock(hashtextextended(${tenantId}, 0))`;
}

/** For transactions across tenants that write rows of one. SQLite has only one writing transaction at a time anyway. */
export async function awaitTurn<Schema>(db: Kysely<Schema>, tenantId: string): Promise<void> {
  if (isPostgres(db)) await sql`select ${turnOf(tenantId)}`.execute(db);
}
