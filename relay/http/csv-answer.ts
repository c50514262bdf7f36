/** Long answers over HTTP, piece by piece: a district's plan can be a hundred megabytes. */
import { setImmediate } from 'node:timers/promises';
import { csvLine, csvStart } from '../app/csv.ts';
import type { Table } from '../app/queries/fields.ts';

/** Approximate characters in a piece: few enough for memory, and enough to be worth a turn of the event loop. */
const pieceLength = 64 * 1024;

/** Other work runs between two pieces, even if the reader takes them at once. */
async function* cut(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; ) {
    if (at > 0) await setImmediate();
    // A surrogate pair stays in one piece.
    const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(at + pieceLength - 1));
    const to = at + pieceLength + (isSplit ? 1 : 0);
    yield text.slice(at, to);
    at = to;
  }
}

/** A long answer as JSON, in pieces. */
export function jsonPieces(answer: object): AsyncGenerator<string> {
  return cut(JSON.stringify(answer));
}

/** A table as CSV, in pieces; each is made when the last one has been taken. */
export async function* csvPieces<T>(
  { headings, lines }: Table<T>,
  things: Iterable<T> | AsyncIterable<T>,
): AsyncGenerator<string> {
  let piece = csvStart + csvLine(headings);
  for await (const thing of things) {
    for (const line of lines(thing)) piece += csvLine(line);
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
    await setImmediate();
  }
  if (piece !== '') yield piece;
}
