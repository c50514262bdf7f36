/**
 * Files that another program holds for a moment. On Windows anyone who opens a file may keep everybody else away from it, and
 * antivirus, backup, indexing and editors do so all the time: what was refused is tried again for some seconds.
 */
import { type Clock, systemClock } from './clock.ts';
import { isSystemError } from './errors.ts';

export interface Patience {
  clock: Pick<Clock, 'sleep'>;
  platform: NodeJS.Platform;
}

/** This process's own. */
export const systemPatience: Patience = { clock: systemClock, platform: process.platform };

/** Waits between the attempts, milliseconds: 6.3 s in all. A scan takes milliseconds, a backup of one file may take seconds. */
export const patienceMs = [20, 50, 100, 200, 400, 800, 1200, 1500, 2000];

/**
 * Whether the system said that somebody else has the file. Windows says EBUSY for one that cannot be opened at the moment, but
 * EPERM or EACCES where one that is open should be replaced, or is about to be deleted: the same as for missing rights, which
 * trying again does no harm to. Elsewhere EPERM and EACCES are only ever about rights.
 */
export function isBusy(error: unknown, platform: NodeJS.Platform): boolean {
  if (isSystemError(error, 'EBUSY') || isSystemError(error, 'ETXTBSY')) return true;
  return platform === 'win32' && (isSystemError(error, 'EPERM') || isSystemError(error, 'EACCES'));
}

/** Does something with a file, again for some seconds while it is busy. @throws what the last attempt threw */
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
