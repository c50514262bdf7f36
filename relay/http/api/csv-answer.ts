/** Long answers over HTTP, a piece at a time: a district's plan is a hundred megabytes. */
import { setImmediate } from 'node:timers/promises';
import { csvLine, csvStart } from '../../app/csv.ts';
import type { Table } from '../../app/queries/fields.ts';

/** Characters in a piece, about: few enough to hold, many enough to be worth a turn of the event loop. */
const pieceLength = 64 * 1024;

/** Everybody else has a turn between two pieces, also where the reader takes them at once. */
async function* cut(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; ) {
    if (at > 0) await setImmediate();
    // A character of two units stays in one piece.
    const isSplit = /[\uD800-\uDBFF]/.test(text.charAt(at + pieceLength - 1));
    const to = at + pieceLength + (isSplit ? 1 : 0);
    yield text.slice(at, to);
    at = to;
  }
}

/** The JSON of a long answer in pieces. */
export function jsonPieces(answer: object): AsyncGenerator<string> {
  return cut(JSON.stringify(answer));
}

/** The text of a table in pieces; the next is made when the last has been taken. */
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
