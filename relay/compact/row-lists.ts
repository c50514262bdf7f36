/** Lists of a table's rows, by a number, in the order of insertion: 4 bytes per row, and 14 per list. */

import { resized } from './arrays.ts';
import type { Compact } from './compact.ts';
import { OrderedIds } from './ordered-ids.ts';

export class RowLists implements Compact {
  readonly #lists = new OrderedIds((from, to) => {
    this.#last[to] = this.#last[from] ?? 0;
  });
  /** By position of the list, its last row. */
  #last = new Uint32Array(0);
  /** By row, the next row of its list; the last row points to the first. */
  #next = new Uint32Array(0);

  get bytes(): number {
    return this.#lists.bytes + this.#last.byteLength + this.#next.byteLength;
  }

  /** Numbers whose list has a row, in the order in which they first got one. */
  keys(): Generator<number, undefined> {
    return this.#lists.ids();
  }

  /** Appends a row, which must not be in any list, to a list. @param capacity how many rows the table has room for */
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

  /** The rows of a list, which must not change during iteration. */
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

  /** Adjusts to the table's new capacity. */
  fit(capacity: number): void {
    this.#next = resized(this.#next, capacity);
  }
}
