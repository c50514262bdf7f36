/** Files that a person asked for: there as a whole, or not at all. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { patiently } from '../../shared/patience.ts';

/**
 * Writes a file; one that is there already stays as it was until the new one is complete, and when that fails.
 *
 * @param mode of a new file, less the umask
 * @throws the system's error
 */
export async function writeWhole(file: string, content: Buffer | string, mode = 0o666): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content, { mode, flag: 'wx' });
    await patiently(() => rename(temporary, file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
