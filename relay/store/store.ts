/**
 * The relay's database. A tenant's rows are reached through {@link Store.withTenant} only, so that no query can forget
 * whose rows it is about; the few questions that cross tenants are named functions in system.ts.
 */

import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import { fail } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { makeFolders } from '../../shared/make-folder.ts';
import { placeReason } from '../settings/place-reason.ts';
import { migrate } from './engine/migrations.ts';
import type { Database } from './engine/schema.ts';
import { NodeSqliteDialect, openSqlite } from './engine/sqlite-dialect.ts';

export interface TenantScope {
  tenantId: string;
  /** The running transaction. */
  db: Kysely<Database>;
}

export interface SystemScope {
  /** The running transaction. */
  db: Kysely<Database>;
}

export interface Store {
  /**
   * Runs `fn` in one transaction and returns when it is durable. Transactions follow one another, so `fn` waits for
   * nothing but the database: never for a network.
   *
   * @throws HallpassError STORE_UNAVAILABLE; whatever `fn` throws undoes the transaction
   */
  withTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>): Promise<T>;
  /**
   * The same for reading alone: `fn` sees one moment, writers of this and other processes go on meanwhile, and whatever `fn`
   * tries to write fails. For whole districts.
   */
  readTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>): Promise<T>;
  /** The same for questions that cross tenants. Called with the functions of system.ts only. */
  system<T>(fn: (scope: SystemScope) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens (or makes) the database and brings its schema up to date.
 *
 * @param file path, or `:memory:` for a database that ends with the process
 * @throws HallpassError STATE_FOLDER_UNUSABLE, STORE_UNAVAILABLE, STORE_TOO_NEW
 */
export async function openStore(file: string): Promise<Store> {
  if (file !== ':memory:') await usable(file);
  const db = await unavailable(file, async () => {
    return new Kysely<Database>({ dialect: new NodeSqliteDialect(openSqlite(file)) });
  });
  // Beside the writers: a district is read for seconds. A database in memory has one connection alone.
  let reading: Kysely<Database> | undefined;
  const reader = (): Kysely<Database> => {
    if (file === ':memory:') return db;
    reading ??= new Kysely<Database>({ dialect: new NodeSqliteDialect(openSqlite(file)) });
    return reading;
  };
  const transaction = <T>(fn: (db: Kysely<Database>) => Promise<T>): Promise<T> =>
    unavailable(file, () => db.transaction().execute(fn));
  try {
    await unavailable(file, () => migrate(db, file));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    withTenant: (tenantId, fn) => transaction((trx) => fn({ tenantId, db: trx })),
    readTenant: (tenantId, fn) =>
      unavailable(file, () =>
        reader()
          .transaction()
          .setAccessMode('read only')
          .execute((trx) => fn({ tenantId, db: trx }))
          .catch(refuseWrite),
      ),
    system: (fn) => transaction((trx) => fn({ db: trx })),
    async close() {
      await reading?.destroy();
      await db.destroy();
    },
  };
}

/** A place where nothing can be kept is found here, and stays one: nobody needs to try again. */
async function usable(file: string): Promise<void> {
  try {
    await makeFolders(dirname(file), 0o700);
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw fail(
      'STATE_FOLDER_UNUSABLE',
      {
        folder: dirname(file),
        reason: placeReason(error),
      },
      { cause: error },
    );
  }
}

/**
 * Primary result codes that speak of the file and its disk, not of the query (https://sqlite.org/rescode.html): busy,
 * locked, out of memory, read-only, I/O error, corrupt, full, cannot open, locking protocol, not a database.
 */
const storageFaults = new Set([5, 6, 7, 8, 10, 11, 13, 14, 15, 26]);

/**
 * SQLITE_READONLY itself, while nothing but reading was asked for: `fn` wrote, which is our bug and not the disk's. A folder
 * that cannot be written to has extended codes of its own.
 */
const readOnly = 8;

function refuseWrite(error: unknown): never {
  if (!(error instanceof Error && 'errcode' in error && error.errcode === readOnly)) throw error;
  throw new TypeError('a write inside readTenant', { cause: error });
}

async function unavailable<T>(store: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const sqlite = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
    const file = error instanceof Error && 'syscall' in error;
    if (!(sqlite && storageFaults.has(Number(error.errcode) & 0xff)) && !file) throw error;
    throw fail('STORE_UNAVAILABLE', { store, reason: fileReason(error) }, { cause: error });
  }
}
