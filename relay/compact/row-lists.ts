/** Lists of the rows of a table, by a number, in the order in which they were put in: 4 bytes for a row, and 14 for a list. */

import { resized } from './arrays.ts';
import type { Compact } from './compact.ts';
import { OrderedIds } from './ordered-ids.ts';

export class RowLists implements Compact {
  readonly #lists = new OrderedIds((from, to) => {
    this.#last[to] = this.#last[from] ?? 0;
  });
  /** By place of the list, its last row. */
  #last = new Uint32Array(0);
  /** By row, the next of its list; the last one leads to the first. */
  #next = new Uint32Array(0);

  get bytes(): number {
    return this.#lists.bytes + this.#last.byteLength + this.#next.byteLength;
  }

  /** Numbers whose list has a row, in the order in which they first had one. */
  keys(): Generator<number, undefined> {
    return this.#lists.ids();
  }

  /** Puts a row at the end of a list. It must be in none. @param capacity rows that the table has room for */
  append(key: number, row: number, capacity: number): void {
    if (this.#next.length < capacity) this.#next = resized(this.#next, capacity);
    const isNew = this.#lists.rowOf(key) === -1;
    const list = this.#lists.add(key);
    if (this.#last.length < this.#lists.capacity) this.#last = resized(this.#last, this.#lists.capacity);
    const last = isNew ? row : (this.#last[list] ?? 0);
    this.#next[row] = isNew ? row : (this.#next[last] ?? 0);
    this.#next[last] = row;
    this.#last[list] = row;
  }

  remove(key: number, row: number): void {
    const list = this.#lists.rowOf(key);
    if (list === -1) return;
    const last = this.#last[list] ?? 0;
    let before = last;
    while (this.#next[before] !== row) {
      before = this.#next[before] ?? last;
      if (before === last) return;
    }
    if (before === row) this.#lists.delete(key);
    else {
      this.#next[before] = this.#next[row] ?? 0;
      if (row === last) this.#last[list] = before;
    }
  }

  /** The rows of a list; it must not change meanwhile. */
  *rows(key: number): Generator<number, undefined> {
    const list = this.#lists.rowOf(key);
    if (list === -1) return;
    const last = this.#last[list] ?? 0;
    let row = last;
    do {
      row = this.#next[row] ?? last;
      yield row;
    } while (row !== last);
  }

  trim(): void {
    this.#lists.trim();
    this.#last = resized(this.#last, this.#lists.capacity);
  }

  /** The table has room for so many rows from now on. */
  fit(capacity: number): void {
    this.#next = resized(this.#next, capacity);
  }
}
