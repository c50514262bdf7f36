/** What SQLite and the file system report about the database file, in words for people. */
import { fail, HallpassError, reasonOf } from '../../../../shared/errors.ts';
import { fileReason } from '../../../../shared/file-reason.ts';
import { resultCode } from './sqlite-dialect.ts';

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
 * @param store the database's name, for people
 * @throws HallpassError STORE_UNAVAILABLE; what `action` throws otherwise
 */
export async function unavailable<T>(store: string, action: () => Promise<T>): Promise<T> {
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

/** Damage found while opening is reported as an error that a retry does not fix. @throws HallpassError STORE_DAMAGED too */
export async function opened<T>(store: string, action: () => Promise<T>): Promise<T> {
  try {
    return await unavailable(store, action);
  } catch (error) {
    const fault = error instanceof HallpassError ? resultCode(error.cause) : undefined;
    if (fault === undefined || !damage.includes(fault)) throw error;
    throw fail('STORE_DAMAGED', { store, reason: storageFaults[fault] ?? '' }, { cause: error });
  }
}
