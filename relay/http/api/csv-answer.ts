/** Tables over HTTP, a piece at a time: a district's plan as CSV is a hundred megabytes. */

import { csvLine, csvStart } from '../../app/csv.ts';
import type { Table } from '../../app/queries/fields.ts';

/** Characters in a piece, about: few enough to hold, many enough to be worth a turn of the event loop. */
const pieceLength = 64 * 1024;

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
  }
  if (piece !== '') yield piece;
}
