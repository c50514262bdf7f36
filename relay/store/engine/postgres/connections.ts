/** Connections to PostgreSQL, and what to do when the server ends them. */
import {
  type DialectAdapter,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  replaceWithNoncontingentExpression,
  sql,
} from 'kysely';
import pg from 'pg';
import type { Database } from '../schema.ts';
import type { PostgresAddress } from './address.ts';
import { valueTypes } from './values.ts';

/** Waiting for a free connection or a new one, milliseconds. */
const connectTimeoutMs = 10_000;
/** How long a migration waits for another one, milliseconds. */
const migrationWaitMs = 120_000;

/** @param most connections at once */
export function connect(address: PostgresAddress, most = address.connections): Kysely<Database> {
  const pool = new pg.Pool({
    ...driverOptions(address),
    max: most,
    connectionTimeoutMillis: connectTimeoutMs,
    types: valueTypes,
  });
  // The server may end a connection at any time: at a restart, a failover, a time limit. Without these listeners the process would
  // end with it. Idle connections report to the pool, and those in use to themselves; whoever uses it gets the error as well.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  // `in ()` holds for nothing in SQLite, and is a syntax error in PostgreSQL.
  const emptyLists = new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression });
  return new Kysely<Database>({ dialect: new ServerDialect({ pool }), plugins: [emptyLists] });
}

export function driverOptions({ connectionString, password }: PostgresAddress) {
  return {
    connectionString,
    application_name: 'hallpass-relay',
    // A server that is gone without a word would be noticed after hours.
    keepAlive: true,
    ...(password !== undefined && { password }),
  };
}

class ServerDialect extends PostgresDialect {
  override createAdapter(): DialectAdapter {
    return new ServerAdapter();
  }
}

class ServerAdapter extends PostgresAdapter {
  /** As kysely's own, but with a limit that people wait for: theirs is an hour. */
  override async acquireMigrationLock(db: Kysely<never>): Promise<void> {
    await sql`select set_config('lock_timeout', ${String(migrationWaitMs)}, false)`.execute(db);
    await sql`select pg_advisory_lock(${sql.lit(migrationLock)})`.execute(db);
  }

  override async releaseMigrationLock(db: Kysely<never>): Promise<void> {
    await sql`select pg_advisory_unlock(${sql.lit(migrationLock)})`.execute(db);
  }
}

/** Any number that nobody else uses as an advisory lock in this database. */
const migrationLock = 4_851_120_716;
