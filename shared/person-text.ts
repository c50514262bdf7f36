/**
 * Text that a person wrote with any program: a secret, a document, a certificate, from a file or a pipe. Notepad and
 * Windows PowerShell 5.1 write UTF-16 and byte order marks (`>`, Out-File, Set-Content -Encoding utf8), which would
 * become part of the text if read as plain UTF-8. Unambiguous text is read; anything else is refused by name.
 */
import { fail } from './errors.ts';

type Decoded = { text: string } | { reason: string };

/** People pipe in a secret or a code, nothing longer. */
const mostInputBytes = 1 << 20;

/** Reads all of standard input. @throws HallpassError TEXT_UNREADABLE when it is not text, and when it does not end */
export async function readPersonInput(stdin: NodeJS.ReadableStream): Promise<string> {
  const source = 'The standard input';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > mostInputBytes) throw fail('TEXT_UNREADABLE', { source, reason: 'it has more than 1 MB' });
  }
  return personText(Buffer.concat(chunks), source);
}

/** @param source the beginning of a sentence, with a capital letter. @throws HallpassError TEXT_UNREADABLE */
export function personText(bytes: Uint8Array, source: string): string {
  const decoded = decodeText(bytes);
  if ('reason' in decoded) throw fail('TEXT_UNREADABLE', { source, reason: decoded.reason });
  return decoded.text;
}

/** Line ends stay as they are; a byte order mark and trailing NULs are not part of the text. */
export function decodeText(bytes: Uint8Array): Decoded {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe && c === 0 && d === 0) return { reason: 'it is in UTF-32' };
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { reason: 'it is in UTF-32' };
  if (a === 0xff && b === 0xfe) return decode(bytes.subarray(2), 'utf-16le');
  if (a === 0xfe && b === 0xff) return decode(bytes.subarray(2), 'utf-16be');
  if (a === 0xef && b === 0xbb && c === 0xbf) return decode(bytes.subarray(3), 'utf-8');
  return decode(bytes, unmarked(bytes));
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

const names = { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16' };

/**
 * Without a byte order mark: in UTF-16 nearly every other byte of Latin text is a NUL, and no other encoding has any.
 */
function unmarked(bytes: Uint8Array): Encoding {
  if (!bytes.includes(0)) return 'utf-8';
  const counts = [0, 1].map((offset) => nulsIn(bytes, offset));
  const [even = 0, odd = 0] = counts.map((count) => count / Math.ceil(Math.min(bytes.length, sampleBytes) / 2));
  // A single one may terminate a C string.
  if (bytes.length > 2 && Math.max(...counts) < 2) return 'utf-8';
  if (odd > 0.4 && even < 0.1) return 'utf-16le';
  return even > 0.4 && odd < 0.1 ? 'utf-16be' : 'utf-8';
}

const sampleBytes = 4096;

function nulsIn(bytes: Uint8Array, offset: number): number {
  let count = 0;
  for (let at = offset; at < Math.min(bytes.length, sampleBytes); at += 2) if (bytes[at] === 0) count += 1;
  return count;
}

function decode(bytes: Uint8Array, encoding: Encoding): Decoded {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return {
      reason:
        encoding === 'utf-8'
          ? 'it is neither UTF-8 nor UTF-16, but perhaps in an older code page such as Windows-1252'
          : `it is damaged ${names[encoding]}`,
    };
  }
  // A second mark: a file with one was read as text and written again with another.
  text = text.replace(/^\uFEFF+/, '').replace(/\0+$/, '');
  return text.includes('\0') ? { reason: 'it contains NUL characters, which text does not have' } : { text };
}

/**
 * A text of one line, such as a secret or a code, without surrounding blanks and line ends.
 *
 * @returns undefined when it is empty
 * @throws HallpassError TEXT_UNREADABLE for more than one line, and for invisible characters
 */
export function onlyLine(text: string, source: string): string | undefined {
  // String.trim's white space, plus invisible characters that are not white space.
  const line = text.replace(/^[\s\u200B-\u200D\u2060\uFEFF]+|[\s\u200B-\u200D\u2060\uFEFF]+$/g, '');
  if (line === '') return undefined;
  if (/[\r\n\u2028\u2029]/.test(line)) throw fail('TEXT_UNREADABLE', { source, reason: 'it has more than one line' });
  const hidden = /[\p{Cc}\p{Cf}]/u.exec(line)?.[0].codePointAt(0);
  if (hidden === undefined) return line;
  const name = `U+${hidden.toString(16).toUpperCase().padStart(4, '0')}`;
  throw fail('TEXT_UNREADABLE', { source, reason: `it contains an invisible character (${name})` });
}
