/** Long tables of a district, in pages by key: one moment where the transaction is one, and others have their turn between two pages. */
import { setImmediate } from 'node:timers/promises';

/** Reading and taking in so many rows takes a few milliseconds. */
export const pageRows = 1000;

/** @param read the rows that come after one in the order of the key, {@link pageRows} at most; undefined for the first ones */
export async function* pages<Row>(read: (after: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[], undefined> {
  let after: Row | undefined;
  for (;;) {
    const rows = await read(after);
    if (rows.length > 0) yield rows;
    if (rows.length < pageRows) return;
    after = rows.at(-1);
    await setImmediate();
  }
}
