/**
 * Distinct numbers in the order of insertion, with a row for each: the basis of the other containers. Rows are
 * positions in columns (typed arrays) that a container keeps beside it. 10 bytes per number.
 */
import { grownLength, resized } from './arrays.ts';
import type { Compact } from './compact.ts';
import { mixed } from './hash.ts';
import { Slots } from './slots.ts';

/** Marks the place of a removed number. */
const gone = 0xffff_ffff;

export class OrderedIds implements Compact {
  /** By row. */
  #items = new Uint32Array(0);
  readonly #slots = new Slots((row) => mixed(this.idAt(row)));
  /** Rows in use, including removed ones. */
  #rows = 0;
  #size = 0;
  #removals = 0;
  readonly #move: (from: number, to: number) => void;

  /** @param move called when a row moves to an equal or lower position, in the order of rows */
  constructor(move: (from: number, to: number) => void = () => {}) {
    this.#move = move;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#items.byteLength + this.#slots.bytes;
  }

  /** The number of rows in use or removed. */
  get rows(): number {
    return this.#rows;
  }

  /** The length that columns need. */
  get capacity(): number {
    return this.#items.length;
  }

  /** @returns -1 for a missing number */
  rowOf(id: number): number {
    const place = this.#placeOf(id);
    return place === -1 ? -1 : this.#slots.at(place);
  }

  /** The number of a row. */
  idAt(row: number): number {
    return this.#items[row] ?? gone;
  }

  /** Whether the row's number was not removed. */
  isLive(row: number): boolean {
    return this.idAt(row) !== gone;
  }

  /** Adds the number if it is new. @returns its row */
  add(id: number): number {
    const known = this.rowOf(id);
    if (known !== -1) return known;
    if (this.#rows === this.#items.length) this.#makeRoom();
    const row = this.#rows;
    this.#items[row] = id;
    this.#rows += 1;
    this.#size += 1;
    this.#slots.add(row);
    return row;
  }

  /** @returns its former row, which is now unused; -1 for a missing number */
  delete(id: number): number {
    const place = this.#placeOf(id);
    if (place === -1) return -1;
    const row = this.#slots.at(place);
    this.#slots.removeAt(place);
    this.#items[row] = gone;
    this.#size -= 1;
    this.#removals += 1;
    return row;
  }

  clear(): void {
    this.#items = new Uint32Array(0);
    this.#slots.clear();
    this.#rows = 0;
    this.#size = 0;
    this.#removals += 1;
  }

  /**
   * The current numbers, in the order of insertion. Skips numbers that are added during iteration, or removed before
   * their turn.
   */
  *ids(): Generator<number, undefined> {
    const snapshot = this.snapshot();
    const removals = this.#removals;
    for (const id of snapshot) if (this.#removals === removals || this.rowOf(id) !== -1) yield id;
  }

  /** A copy of the numbers. */
  snapshot(): Uint32Array {
    const items = this.#items.slice(0, this.#rows);
    return this.#rows === this.#size ? items : items.filter((id) => id !== gone);
  }

  /** Closes the gaps, and releases memory left over from growing. */
  trim(): void {
    this.#closeGaps();
    this.#items = resized(this.#items, this.#rows);
    this.#slots.trim();
  }

  /** If many were removed, reuses their rows. */
  #makeRoom(): void {
    if (this.#rows - this.#size > this.#rows / 4) this.#closeGaps();
    else this.#items = resized(this.#items, grownLength(this.#rows));
  }

  #closeGaps(): void {
    if (this.#rows === this.#size) return;
    this.#slots.clear();
    let to = 0;
    for (let from = 0; from < this.#rows; from += 1) {
      const id = this.#items[from] ?? gone;
      if (id === gone) continue;
      if (from !== to) {
        this.#items[to] = id;
        this.#move(from, to);
      }
      this.#slots.add(to);
      to += 1;
    }
    this.#rows = to;
  }

  #placeOf(id: number): number {
    if (this.#size === 0) return -1;
    const slots = this.#slots;
    const items = this.#items;
    const hash = mixed(id);
    for (let place = slots.first(hash); ; place = slots.next(place, hash)) {
      const row = slots.at(place);
      if (row === -1) return -1;
      if (items[row] === id) return place;
    }
  }
}
