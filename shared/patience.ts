/**
 * Files that another program holds open for a moment. On Windows anyone who opens a file may lock everyone else out,
 * and antivirus, backup, indexing and editors do so all the time: a refused operation is retried for some seconds.
 */
import { type Clock, systemClock } from './clock.ts';
import { isSystemError } from './errors.ts';

export interface Patience {
  clock: Pick<Clock, 'sleep'>;
  platform: NodeJS.Platform;
}

export const systemPatience: Patience = { clock: systemClock, platform: process.platform };

/**
 * Waits between the attempts, in milliseconds: 6.3 s in all. A scan takes milliseconds, a backup of one file may take
 * seconds.
 */
export const patienceMs = [20, 50, 100, 200, 400, 800, 1200, 1500, 2000];

/**
 * Whether the system reports that another program has the file open. Windows reports EBUSY for a file that cannot be
 * opened at the moment, but EPERM or EACCES when replacing an open file, or one about to be deleted: the same codes as
 * for missing rights, where retrying does no harm. On other systems EPERM and EACCES always mean missing rights.
 */
export function isBusy(error: unknown, platform: NodeJS.Platform): boolean {
  if (isSystemError(error, 'EBUSY') || isSystemError(error, 'ETXTBSY')) return true;
  return platform === 'win32' && (isSystemError(error, 'EPERM') || isSystemError(error, 'EACCES'));
}

/** Does something with a file, retrying for some seconds while it is busy. @throws what the last attempt threw */
export async function patiently<T>(
  attempt: () => Promise<T>,
  { clock, platform }: Patience = systemPatience,
): Promise<T> {
  for (const waitMs of patienceMs) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error, platform)) throw error;
    }
    await clock.sleep(waitMs);
  }
  return attempt();
}
