/** The last part of the log files, line by line, for a bundle small enough to send by email. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

export interface Excerpt {
  name: string;
  /** Without line ends. */
  lines: () => AsyncGenerator<string>;
}

/**
 * As much of the newest log files as fits.
 *
 * @param paths the newest first; missing files are skipped
 */
export async function logExcerpts(paths: readonly string[], mostBytes: number): Promise<Excerpt[]> {
  const excerpts: Excerpt[] = [];
  let left = mostBytes;
  for (const path of paths) {
    const size = (await stat(path).catch(() => undefined))?.size;
    if (size === undefined || left <= 0) continue;
    const start = Math.max(0, size - left);
    left -= size - start;
    excerpts.push({ name: basename(path), lines: () => linesOf(path, start, size) });
  }
  return excerpts;
}

/** @param end the file may grow meanwhile, but the excerpt in the ZIP must not */
async function* linesOf(path: string, start: number, end: number): AsyncGenerator<string> {
  const input = createReadStream(path, { start, end: Math.max(start, end - 1) });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let isFirst = start > 0;
  for await (const line of lines) {
    // The line began before the excerpt, so only part of it is here.
    if (isFirst) isFirst = false;
    else yield line;
  }
}
