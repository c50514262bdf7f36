/**
 * The relay's database. A tenant's rows are accessible only through {@link Store.withTenant}, so every query is limited
 * to one tenant; the few queries across tenants are named functions in system.ts and changes/.
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
   * Runs `fn` in one transaction and returns when it is durable. Transactions run one after another, so `fn` may wait
   * only for the database, never for a network.
   *
   * @param durable `with the next`: returns sooner; no later transaction becomes durable without it, and its result must
   *   not be acknowledged on its own
   * @throws HallpassError STORE_UNAVAILABLE; whatever `fn` throws undoes the transaction
   */
  withTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>, durable?: Durable): Promise<T>;
  /**
   * The same for reading only, for whole districts: `fn` sees one snapshot, writers of this and other processes continue
   * meanwhile, and a write by `fn` fails.
   */
  readTenant<T>(tenantId: string, fn: (scope: TenantScope) => Promise<T>): Promise<T>;
  /** The same for questions that cross tenants. Called with the functions of system.ts and changes/ only. */
  system<T>(fn: (scope: SystemScope) => Promise<T>): Promise<T>;
  /** The same for reading only, like {@link readTenant}. */
  readSystem<T>(fn: (scope: SystemScope) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens or creates the database, and migrates its schema.
 *
 * @param file path, or `:memory:` for a database that ends with the process
 * @param how `serving`: in a relay that serves, so that others wait less for it (upkeep.ts); `contents`: the initial
 *   contents of a database in memory, as SQLite serializes it; empty by default
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
  // In parallel with writers, because reading a district takes seconds. A database in memory has only one connection.
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
 * Opens a database for reading only; a store must have it open elsewhere in the process.
 *
 * @throws HallpassError STORE_UNAVAILABLE; a write is a bug
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

/** An unusable place is detected here; retrying would not help. */
async function usable(file: string): Promise<void> {
  try {
    await makeFolders(dirname(file), 0o700);
    // Opening a named pipe would block forever.
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

/** Primary result codes about the file and its disk, not the query (https://sqlite.org/rescode.html). */
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
 * Plain SQLITE_READONLY during a read transaction: `fn` wrote, which is our bug and not a fault of the disk. A read-only
 * folder has extended codes.
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

/** Damage found while opening is reported as an error that a retry does not fix. */
async function opened<T>(store: string, action: () => Promise<T>): Promise<T> {
  try {
    return await unavailable(store, action);
  } catch (error) {
    const fault = error instanceof HallpassError ? resultCode(error.cause) : undefined;
    if (fault === undefined || !damage.includes(fault)) throw error;
    throw fail('STORE_DAMAGED', { store, reason: storageFaults[fault] ?? '' }, { cause: error });
  }
}
