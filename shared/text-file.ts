/** Files that people hand over, as bytes or as text in the encodings that their editors and shells write. */
import { open } from 'node:fs/promises';
import { fail } from './errors.ts';
import { fileReason } from './file-reason.ts';
import { patiently } from './patience.ts';
import { personText } from './person-text.ts';

/** The most that is read of one file: a profile has kilobytes, a list of a district's people a few megabytes. */
const mostBytes = 64 << 20;

/**
 * The text of a file.
 *
 * @throws HallpassError FILE_UNREADABLE when it is missing, a folder, or larger than 64 MB; TEXT_UNREADABLE when it is not text
 */
export async function readTextFile(file: string): Promise<string> {
  return personText(await readBytes(file), `The file ${file}`);
}

/** Its bytes. @throws HallpassError FILE_UNREADABLE */
export async function readBytes(file: string): Promise<Buffer> {
  let reason: string;
  try {
    const handle = await patiently(() => open(file, 'r'));
    try {
      const { size } = await handle.stat();
      // Read of a device or a pipe ends with what there is; its size is 0.
      if (size <= mostBytes) return await handle.readFile();
      reason = `it has ${Math.round(size / (1 << 20))} MB, and no more than ${mostBytes >> 20} are read`;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fail('FILE_UNREADABLE', { file, reason: fileReason(error) }, { cause: error });
  }
  throw fail('FILE_UNREADABLE', { file, reason });
}
