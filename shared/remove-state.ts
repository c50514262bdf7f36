/** Deletes state: on Windows, a file that another program holds open cannot be deleted either. */
import { rm } from 'node:fs/promises';
import { fail } from './errors.ts';
import { fileReason } from './file-reason.ts';
import { isBusy, type Patience, patiently, systemPatience } from './patience.ts';

/**
 * Resolves when the file, or the folder with everything in it, is gone; a missing one is fine.
 *
 * @throws HallpassError STATE_BUSY, STATE_UNWRITABLE
 */
export async function removeState(path: string, patience: Patience = systemPatience): Promise<void> {
  try {
    await patiently(() => rm(path, { force: true, recursive: true }), patience);
  } catch (error) {
    const code = isBusy(error, patience.platform) ? 'STATE_BUSY' : 'STATE_UNWRITABLE';
    throw fail(code, { file: path, reason: fileReason(error) }, { cause: error });
  }
}
