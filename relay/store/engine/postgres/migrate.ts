/** Prepares a PostgreSQL database: its schema, and the rights of the role that serves. */
import { type Kysely, sql } from 'kysely';
import { fail } from '../../../../shared/errors.ts';
import { migrate } from '../migrations.ts';
import type { Database } from '../schema.ts';
import { readPostgresAddress } from './address.ts';
import { ColumnTypes } from './columns.ts';
import { connect } from './connections.ts';
import { reachable } from './faults.ts';
import { secureTables } from './row-security.ts';

/**
 * Safe when several start at once, and when one is interrupted: it is to be run again then, and no relay serves before.
 *
 * @param address of the owner, directly at the server: locks of a session do not work behind a pooler
 * @param role that serves
 * @throws HallpassError STORE_ADDRESS_INVALID, STORE_UNAVAILABLE, STORE_TOO_NEW, STORE_ROLE_UNKNOWN
 */
export async function migratePostgres(address: string, role: string): Promise<void> {
  const read = await readPostgresAddress(address);
  // One connection: the lock that migrations take belongs to its session, and ends with it.
  const db = connect(read, 1);
  try {
    await reachable(read.name, async () => {
      await needRole(db, role, read.name);
      await migrate(db.withPlugin(new ColumnTypes()), read.name);
      await db.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(hashtextextended('hallpass row security', 0))`.execute(transaction);
        await secureTables(transaction, role);
      });
    });
  } finally {
    await db.destroy();
  }
}

async function needRole(db: Kysely<Database>, role: string, store: string): Promise<void> {
  const { rows } = await sql`select 1 from pg_roles where rolname = ${role}`.execute(db);
  if (rows.length === 0) throw fail('STORE_ROLE_UNKNOWN', { store, role });
}
