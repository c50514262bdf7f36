/**
 * kysely over Node's own SQLite: adapts the dialect that kysely ships for better-sqlite3.
 *
 * One connection per thread for writing, and one for reading whole districts in parallel. A transaction that may write is
 * BEGIN IMMEDIATE: one that reads first and writes later would otherwise fail with SQLITE_BUSY at its first write if
 * another connection (a run's thread, the CLI beside the running server) committed in between, which no busy timeout
 * prevents.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from 'kysely';

/** Longest wait for the other process's transaction, milliseconds. Ours are a few milliseconds each. */
const busyTimeoutMs = 5000;
/** SQLITE_BUSY, whichever of its extended codes. */
const busy = 5;
/** Between two attempts to begin while another connection writes, milliseconds. */
const busyPauseMs = 1;
/** Prepared statements kept per connection; the relay uses far fewer. */
const maxStatements = 200;
/**
 * A connection's page cache, kilobytes. Each of the relay's threads has its own, and the system caches the file as well. Intake is as
 * fast as with 4 MB (0.39 of the bare driver after 0.40) and 16 MB. A connection that reads whole districts reads each page once: a larger
 * cache is no faster, and its memory is not freed.
 */
const cacheKb = { writing: 1024, reading: 512 };

/**
 * Opens the file, creating it readable for its owner only. Commits are on the disk when they return (WAL, FULL), and
 * deleted data is overwritten, so names of people do not stay in free pages.
 *
 * @param file path, or `:memory:`
 */
export function openSqlite(file: string, use: 'writing' | 'reading' = 'writing'): DatabaseSync {
  // SQLite gives the WAL and shared-memory files the mode of the database file.
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${cacheKb[use]};`);
  database.exec('PRAGMA secure_delete = ON;');
  return database;
}

export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: adapt(database) });
    this.#database = database;
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalDdlAdapter();
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#database);
  }
}

/** SQLite can roll back DDL, so a migration is applied completely or not at all. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: adapt(database) });
    this.#database = database;
  }

  override async beginTransaction(connection: DatabaseConnection, settings?: TransactionSettings): Promise<void> {
    const isReading = settings?.accessMode === 'read only';
    this.#database.exec(`PRAGMA query_only = ${isReading ? 'ON' : 'OFF'}`);
    if (isReading) await connection.executeQuery(CompiledQuery.raw('begin'));
    else await this.#beginToWrite();
  }

  /**
   * Waits for other connections' transactions without blocking the thread, as SQLite's own busy wait would: runs write
   * from their own threads at the same time as the intake.
   */
  async #beginToWrite(): Promise<void> {
    const giveUpAt = Date.now() + busyTimeoutMs;
    for (;;) {
      this.#database.exec('PRAGMA busy_timeout = 0');
      try {
        this.#database.exec('begin immediate');
        return;
      } catch (error) {
        if (resultCode(error) !== busy || Date.now() >= giveUpAt) throw error;
      } finally {
        this.#database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      }
      await wait(busyPauseMs);
    }
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite has rolled back by itself after a full disk or an I/O error; a second rollback would hide that error.
    if (this.#database.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }
}

/** SQLite's primary result code (https://sqlite.org/rescode.html). */
export function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

/** The few calls of better-sqlite3 that kysely makes, with statements prepared once. */
function adapt(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (sql) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= maxStatements) statements.clear();
      const statement = adaptStatement(database.prepare(sql));
      statements.set(sql, statement);
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}
