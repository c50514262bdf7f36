/** What PostgreSQL and the network report about the server, in words for people. */
import { fail, HallpassError, reasonOf } from '../../../../shared/errors.ts';
import { refuseWriting } from '../engine.ts';

/** SQLSTATE, or its first two characters for a whole class (PostgreSQL, Appendix A). */
const faults: Readonly<Record<string, string>> = {
  '08': 'the connection was lost',
  '25P03': 'a transaction was idle for too long, and the server ended it',
  '28': 'the server refused the user or the password',
  '3D000': 'the server has no such database',
  '40': 'the server undid the transaction because of another one',
  '53': 'the server has no space, memory or connections left',
  '55P03': 'another transaction keeps a lock',
  '57': 'the server is shutting down, or ended the connection',
  '58': 'the server has trouble with its files',
};

/** A write in a transaction that only reads: our bug. */
const readOnly = '25006';

/** Of the driver, which gives them no code. */
const lostConnection =
  /connection terminated|not queryable|timeout exceeded when trying to connect|client was closed|connection error/i;

/**
 * @param store the database's name, for people
 * @throws HallpassError STORE_UNAVAILABLE; TypeError for a write in a read; what `action` throws otherwise
 */
export async function reachable<T>(store: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof HallpassError) throw error;
    const code = codeOf(error);
    if (code === readOnly) refuseWriting(error);
    const fault = faults[code] ?? faults[code.slice(0, 2)] ?? faultOfDriver(error);
    if (fault === undefined) throw error;
    throw fail('STORE_UNAVAILABLE', { store, reason: fault }, { cause: error });
  }
}

/** Whether the server or the network ended the connection; a new one may work. */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^(57P0[1-5]|08...|25P03)$/.test(codeOf(error)) || 'syscall' in error || lostConnection.test(error.message);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The driver's and the network's own errors. */
function faultOfDriver(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('syscall' in error) return reasonOf(error);
  return lostConnection.test(error.message) ? 'the connection was lost or could not be made' : undefined;
}
