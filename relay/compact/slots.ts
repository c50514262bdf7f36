/**
 * A hash table of a table's rows, 5.7 bytes each: it stores their numbers, and eight bits of their hashes. To look up a
 * row, go from {@link Slots.first} to {@link Slots.next} until the row is the right one, or there is none.
 */

import { withSlack } from './arrays.ts';

/** How full a table is made, and by how much it grows: inserting all rows again costs more than copying a column. */
const fullness = 0.7;
const growth = 1.3;
/** A slot holds row + 1, and above it the last bits of the hash; 0 if it is free. */
const rowBits = 24;
const rowMask = 2 ** rowBits - 1;

export class Slots {
  #places = new Uint32Array(0);
  #size = 0;
  readonly #hashOf: (row: number) => number;

  /** @param hashOf the 32-bit hash of a row in the table: called when others are added or removed */
  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf;
  }

  get bytes(): number {
    return this.#places.byteLength;
  }

  /** The first slot that may hold a row with this hash; a free one if there is none. The table must not be empty. */
  first(hash: number): number {
    return this.#likely(this.#home(hash), hash);
  }

  /** The next slot that may. */
  next(place: number, hash: number): number {
    return this.#likely(this.#after(place), hash);
  }

  /** @returns -1 for a free slot */
  at(place: number): number {
    return ((this.#places[place] ?? 0) & rowMask) - 1;
  }

  /**
   * Adds a row that is not in the table.
   *
   * @throws RangeError beyond 16 million rows, which no district has
   */
  add(row: number): void {
    if (row >= rowMask) throw new RangeError('there are more rows than a table can keep');
    this.#size += 1;
    if (this.#size > this.#places.length * fullness) this.#rehash(this.#size * growth + 8);
    this.#place(row);
  }

  /** Removes the row in a slot. The following ones move up, because no search continues past a hole. */
  removeAt(place: number): void {
    const { length } = this.#places;
    let hole = place;
    for (let from = this.#after(place); this.#places[from] !== 0; from = this.#after(from)) {
      // A row must not move before the first slot that its search checks.
      const home = this.#home(this.#hashOf(this.at(from)));
      if ((from - home + length) % length < (from - hole + length) % length) continue;
      this.#places[hole] = this.#places[from] ?? 0;
      hole = from;
    }
    this.#places[hole] = 0;
    this.#size -= 1;
  }

  /** Makes room for this many rows at once, instead of growing step by step. */
  reserve(rows: number): void {
    if (rows > this.#places.length * fullness) this.#rehash(withSlack(rows));
  }

  clear(): void {
    this.#places = new Uint32Array(0);
    this.#size = 0;
  }

  /**
   * Releases memory left over from growing, except for a little: the next few rows must not cause a complete rebuild.
   */
  trim(): void {
    const rows = withSlack(this.#size);
    if (placesFor(rows) < this.#places.length) this.#rehash(rows);
  }

  #home(hash: number): number {
    return Math.floor((hash * this.#places.length) / 0x1_0000_0000);
  }

  #after(place: number): number {
    return place + 1 === this.#places.length ? 0 : place + 1;
  }

  #likely(from: number, hash: number): number {
    const places = this.#places;
    const mark = hash & 0xff;
    let place = from;
    for (;;) {
      const entry = places[place] ?? 0;
      if (entry === 0 || entry >>> rowBits === mark) return place;
      place = place + 1 === places.length ? 0 : place + 1;
    }
  }

  #rehash(size: number): void {
    const entries = this.#places.filter((entry) => entry !== 0);
    this.#places = new Uint32Array(placesFor(size));
    for (const entry of entries) this.#place((entry & rowMask) - 1);
  }

  #place(row: number): void {
    const hash = this.#hashOf(row);
    let place = this.#home(hash);
    while (this.#places[place] !== 0) place = this.#after(place);
    this.#places[place] = (((hash & 0xff) << rowBits) | (row + 1)) >>> 0;
  }
}

function placesFor(rows: number): number {
  return Math.ceil(rows / fullness) + 1;
}
