/** Text files that people hand over, in the encodings that their editors and shells write. */
import { open } from 'node:fs/promises';
import { fail } from './errors.ts';
import { fileReason } from './file-reason.ts';

/** The most that is read of one file: a profile has kilobytes, a list of a district's people a few megabytes. */
const mostBytes = 64 << 20;

/**
 * The text of a file.
 *
 * @throws HallpassError FILE_UNREADABLE when it is missing, a folder, not text, or larger than 64 MB
 */
export async function readTextFile(file: string): Promise<string> {
  let reason: string;
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      // Read of a device or a pipe ends with what there is; its size is 0.
      if (size <= mostBytes) return decodeText(await handle.readFile());
      reason = `it has ${Math.round(size / (1 << 20))} MB, and no more than ${mostBytes >> 20} are read`;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fail('FILE_UNREADABLE', { file, reason: fileReason(error) }, { cause: error });
  }
  throw fail('FILE_UNREADABLE', { file, reason });
}

/**
 * UTF-8 with or without byte order mark, and UTF-16, which Windows PowerShell 5.1 writes for `>` and Notepad calls "Unicode".
 *
 * @throws TypeError that says what the bytes are instead
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0)
    throw new TypeError('it is UTF-32: save it as UTF-8');
  if (first === 0xff && second === 0xfe) return decode(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decode(bytes, 'utf-16be');
  const zeros = [0, 1].map((offset) => zeroShare(bytes, offset));
  const [even = 0, odd = 0] = zeros;
  if (odd > 0.4 && even < 0.1) return decode(bytes, 'utf-16le');
  if (even > 0.4 && odd < 0.1) return decode(bytes, 'utf-16be');
  if (even + odd > 0) throw new TypeError('it is not a text file');
  return decode(bytes, 'utf-8');
}

/** How much of every other byte is zero: in UTF-16 that is nearly every one of Latin text. */
function zeroShare(bytes: Uint8Array, offset: number): number {
  let [zeros, all] = [0, 0];
  for (let at = offset; at < Math.min(bytes.length, 4096); at += 2) {
    all += 1;
    if (bytes[at] === 0) zeros += 1;
  }
  return all === 0 ? 0 : zeros / all;
}

function decode(bytes: Uint8Array, encoding: 'utf-8' | 'utf-16le' | 'utf-16be'): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const name = encoding === 'utf-8' ? 'UTF-8' : 'UTF-16';
    throw new TypeError(`it is not text in ${name}: save it as UTF-8`);
  }
}
