/**
 * One serving relay per state folder. The lock is an SQLite transaction on a separate file: the operating system releases
 * it when the process ends, however that happens. Commands beside a serving relay do not need it.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail } from '../../../../shared/errors.ts';
import { fileReason } from '../../../../shared/file-reason.ts';

/** SQLITE_BUSY: somebody else holds it. */
const busy = 5;

/** Kept reachable: the garbage collector closes an unreferenced database, which would release the lock. */
const held = new Set<DatabaseSync>();

/**
 * @returns a function that releases the lock
 * @throws HallpassError RELAY_RUNNING when another relay serves from the folder, STORE_UNAVAILABLE
 */
export function takeServingLock(home: string): () => void {
  const file = join(home, 'serving.lock');
  let database: DatabaseSync | undefined;
  try {
    // Only if it does not exist: closing any descriptor of a file ends all locks of this process on it (POSIX).
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
    if (code === busy) throw fail('RELAY_RUNNING', { folder: home }, { cause: error });
    throw fail('STORE_UNAVAILABLE', { store: file, reason: fileReason(error) }, { cause: error });
  }
  const taken = database;
  held.add(taken);
  return () => {
    held.delete(taken);
    taken.close();
  };
}
