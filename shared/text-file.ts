/** Files that people provide, as bytes or as text in the encodings that their editors and shells write. */
import { open } from 'node:fs/promises';
import { fail } from './errors.ts';
import { fileReason } from './file-reason.ts';
import { patiently } from './patience.ts';
import { personText } from './person-text.ts';

/** How much of one file is read: a profile has kilobytes, a list of a district's people a few megabytes. */
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
  try {
    return await readAtMost(file, mostBytes);
  } catch (error) {
    throw fail('FILE_UNREADABLE', { file, reason: fileReason(error) }, { cause: error });
  }
}

/**
 * Its bytes, if they are not more than `most`. Ignores the size that the system reports: a pipe and a device report 0,
 * and /dev/zero never ends.
 *
 * @throws the system's error, and an Error with the reason in words for a file that is larger
 */
export async function readAtMost(file: string, most: number): Promise<Buffer> {
  const handle = await patiently(() => open(file, 'r'));
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    while (length <= most) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(chunkBytes));
      if (bytesRead === 0) return Buffer.concat(chunks);
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
  } finally {
    await handle.close();
  }
  throw new Error(`it has more than ${sizeInWords(most)}, the most that Hallpass reads`);
}

const chunkBytes = 64 << 10;

function sizeInWords(bytes: number): string {
  return bytes >= 1 << 20 ? `${bytes >> 20} MB` : `${bytes} bytes`;
}
