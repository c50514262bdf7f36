/**
 * The relay's database. A tenant's rows are reached through {@link Store.withTenant} only, so that no query can forget
 * whose rows it is about; the few questions that cross tenants are named functions in system.ts and changes/.
 */

import { closeSync, openSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Kysely } from 'kysely';
import { fail, HallpassError, reasonOf } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { makeFolders } from '../../shared/make-folder.ts';
import { placeReason } from '../settings/place-reason.ts';
import { migrate } from './engine/migrations.ts';
import type { Database } from './engine/schema.ts';
import { NodeSqliteDialect, openSqlite, resultCode } from './engine/sqlite-dialect.ts';
import { type Durable, type Serving, takeUpkeep, type Upkeep } from './engine/upkeep.ts';

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
   * @param durable `with the next`: returns sooner; no later transaction is durable without it, and none must be promised alone
   * @throws HallpassError STORE_UNAVAILABLE; whatever `fn` throws undoes the transaction
   */
  withTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>, durable?: Durable): Promise<T>;
  /**
   * The same for reading alone: `fn` sees one moment, writers of this and other processes go on meanwhile, and whatever `fn`
   * tries to write fails. For whole districts.
   */
  readTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>): Promise<T>;
  /** The same for questions that cross tenants. Called with the functions of system.ts and changes/ only. */
  system<T>(fn: (scope: SystemScope) => Promise<T>): Promise<T>;
  /** The same for reading alone, as {@link readTenant} reads. */
  readSystem<T>(fn: (scope: SystemScope) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens (or makes) the database and brings its schema up to date.
 *
 * @param file path, or `:memory:` for a database that ends with the process
 * @param how `serving`: in a relay that serves, so that others wait less for it (upkeep.ts); `contents`: what a database in memory holds at the start, as SQLite serializes it, by default nothing
 * @throws HallpassError STATE_FOLDER_UNUSABLE, STORE_UNAVAILABLE, STORE_DAMAGED, STORE_TOO_NEW
 */
export async function openStore(
  file: string,
  { serving, contents }: { serving?: Serving; contents?: Uint8Array } = {},
): Promise<Store> {
  if (file !== ':memory:') await usable(file);
  const database = await opened(file, async () => openSqlite(file));
  if (contents !== undefined) database.deserialize(contents);
  const db = new Kysely<Database>({ dialect: new NodeSqliteDialect(database) });
  // Beside the writers: a district is read for seconds. A database in memory has one connection alone.
  let reading: Kysely<Database> | undefined;
  const reader = (): Kysely<Database> => {
    if (file === ':memory:') return db;
    reading ??= openReading(file);
    return reading;
  };
  const read = <T>(fn: (db: Kysely<Database>) => Promise<T>) => readAtOnce(file, reader, fn);
  let upkeep: Upkeep | undefined;
  const transaction = <T>(fn: (db: Kysely<Database>) => Promise<T>, durable: Durable = 'at once'): Promise<T> =>
    unavailable(file, async () => {
      const result = await db.transaction().execute(fn);
      await upkeep?.committed(durable);
      return result;
    });
  try {
    await opened(file, () => migrate(db, file));
    if (serving !== undefined && file !== ':memory:') {
      upkeep = await opened(file, () => takeUpkeep(database, file, serving));
    }
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    withTenant: (tenantId, fn, durable) => transaction((trx) => fn({ tenantId, db: trx }), durable),
    readTenant: (tenantId, fn) => read((trx) => fn({ tenantId, db: trx })),
    system: (fn) => transaction((trx) => fn({ db: trx })),
    readSystem: (fn) => read((trx) => fn({ db: trx })),
    async close() {
      await upkeep?.close();
      await reading?.destroy();
      await db.destroy();
    },
  };
}

/**
 * Opens a database, which a store has open elsewhere in the process, for reading alone.
 *
 * @throws HallpassError STORE_UNAVAILABLE; whoever writes all the same has a bug
 */
export async function openReader(file: string): Promise<Store> {
  const reading = await unavailable(file, async () => openReading(file));
  const read = <T>(fn: (db: Kysely<Database>) => Promise<T>) => readAtOnce(file, () => reading, fn);
  return {
    withTenant: async () => refuseWriting(),
    readTenant: (tenantId, fn) => read((trx) => fn({ tenantId, db: trx })),
    system: async () => refuseWriting(),
    readSystem: (fn) => read((trx) => fn({ db: trx })),
    close: () => reading.destroy(),
  };
}

function openReading(file: string): Kysely<Database> {
  return new Kysely<Database>({ dialect: new NodeSqliteDialect(openSqlite(file, 'reading')) });
}

function readAtOnce<T>(
  file: string,
  reader: () => Kysely<Database>,
  fn: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
  return unavailable(file, () => reader().transaction().setAccessMode('read only').execute(fn).catch(refuseWrite));
}

function refuseWriting(): never {
  throw new TypeError('a write to a database that is open for reading');
}

/** A place where nothing can be kept is found here, and stays one: nobody needs to try again. */
async function usable(file: string): Promise<void> {
  try {
    await makeFolders(dirname(file), 0o700);
    // A named pipe would be waited for without an end.
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) {
      const reason = `its ${basename(file)} is ${found.isDirectory() ? 'a folder' : 'a device or pipe'} and not a file`;
      throw fail('STATE_FOLDER_UNUSABLE', { folder: dirname(file), reason });
    }
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    if (error instanceof HallpassError) throw error;
    throw fail('STATE_FOLDER_UNUSABLE', { folder: dirname(file), reason: placeReason(error) }, { cause: error });
  }
}

/** Primary result codes that speak of the file and its disk, not of the query (https://sqlite.org/rescode.html). */
const storageFaults: Record<number, string> = {
  5: 'another program keeps it locked',
  6: 'another program keeps it locked',
  7: 'there is no memory left for it',
  8: 'it cannot be written to',
  10: 'the disk reports an error',
  11: 'it is damaged',
  13: 'the disk is full',
  14: 'this account may not open it, or a file next to it',
  15: 'another program keeps it locked',
  26: 'it is not an SQLite database',
};
const damage = [11, 26];

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
    const fault = storageFaults[resultCode(error) ?? -1];
    const isFile = error instanceof Error && 'syscall' in error;
    if (fault === undefined && !isFile) throw error;
    const reason = fault === undefined ? fileReason(error) : `${fault} (${reasonOf(error)})`;
    throw fail('STORE_UNAVAILABLE', { store, reason }, { cause: error });
  }
}

/** While it is opened, damage is reported as what no second attempt fixes. */
async function opened<T>(store: string, action: () => Promise<T>): Promise<T> {
  try {
    return await unavailable(store, action);
  } catch (error) {
    const fault = error instanceof HallpassError ? resultCode(error.cause) : undefined;
    if (fault === undefined || !damage.includes(fault)) throw error;
    throw fail('STORE_DAMAGED', { store, reason: storageFaults[fault] ?? '' }, { cause: error });
  }
}
