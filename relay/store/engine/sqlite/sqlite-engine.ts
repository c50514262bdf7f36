/** The database as one file of SQLite: a connection for writing, and one for reading whole districts in parallel. */
import { closeSync, openSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Kysely } from 'kysely';
import { fail, HallpassError } from '../../../../shared/errors.ts';
import { makeFolders } from '../../../../shared/make-folder.ts';
import { placeReason } from '../../../settings/place-reason.ts';
import { type Durable, type Engine, refuseWriting, type Serving, type Work } from '../engine.ts';
import { migrate } from '../migrations.ts';
import type { Database } from '../schema.ts';
import { opened, unavailable } from './faults.ts';
import { NodeSqliteDialect, openSqlite } from './sqlite-dialect.ts';
import { takeUpkeep, type Upkeep } from './upkeep.ts';

export interface SqliteOptions {
  /** In a relay that serves: others wait less for the database (upkeep.ts). */
  serving?: Serving | undefined;
  /** The initial contents of a database in memory, as SQLite serializes it; empty by default. */
  contents?: Uint8Array | undefined;
}

/**
 * Opens or creates the file, and migrates its schema.
 *
 * @param file path, or `:memory:` for a database that ends with the process
 * @throws HallpassError STATE_FOLDER_UNUSABLE, STORE_UNAVAILABLE, STORE_DAMAGED, STORE_TOO_NEW
 */
export async function openSqliteEngine(file: string, { serving, contents }: SqliteOptions): Promise<Engine> {
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
  let upkeep: Upkeep | undefined;
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
    write: (_whose, work, durable: Durable = 'at once') =>
      unavailable(file, async () => {
        const result = await db.transaction().execute(work);
        await upkeep?.committed(durable);
        return result;
      }),
    read: (_whose, work) => readAtOnce(file, reader, work),
    async close() {
      await upkeep?.close();
      await reading?.destroy();
      await db.destroy();
    },
  };
}

/**
 * Opens the file for reading only; a store must have it open elsewhere in the process. @throws HallpassError STORE_UNAVAILABLE
 */
export async function openSqliteReader(file: string): Promise<Engine> {
  const reading = await unavailable(file, async () => openReading(file));
  return {
    write: async () => refuseWriting(),
    read: (_whose, work) => readAtOnce(file, () => reading, work),
    close: () => reading.destroy(),
  };
}

function openReading(file: string): Kysely<Database> {
  return new Kysely<Database>({ dialect: new NodeSqliteDialect(openSqlite(file, 'reading')) });
}

function readAtOnce<T>(file: string, reader: () => Kysely<Database>, work: Work<T>): Promise<T> {
  return unavailable(file, () => reader().transaction().setAccessMode('read only').execute(work).catch(refuseWrite));
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

/**
 * Plain SQLITE_READONLY during a read transaction: `work` wrote, which is our bug and not a fault of the disk. A read-only
 * folder has extended codes.
 */
const readOnly = 8;

function refuseWrite(error: unknown): never {
  if (!(error instanceof Error && 'errcode' in error && error.errcode === readOnly)) throw error;
  refuseWriting(error);
}
