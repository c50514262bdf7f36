/** Writes files that a person asked for, completely or not at all. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { patiently } from '../../shared/patience.ts';

/**
 * Writes a file; an existing one stays as it was until the new one is complete, and also if writing fails.
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
