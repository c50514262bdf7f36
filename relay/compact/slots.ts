/**
 * A hash table of the rows of a table, 5.7 bytes each: it keeps their numbers, and eight bits of their hashes. Whoever looks for a row goes from
 * {@link Slots.first} to {@link Slots.next} until the row is the one, or there is none.
 */

import { withSlack } from './arrays.ts';

/** How full a table is made, and by how much it grows: to put all rows in again costs more than to copy a column. */
const fullness = 0.7;
const growth = 1.3;
/** A place holds row + 1, and above it the last bits of the hash; 0 where it is free. */
const rowBits = 24;
const rowMask = 2 ** rowBits - 1;

export class Slots {
  #places = new Uint32Array(0);
  #size = 0;
  readonly #hashOf: (row: number) => number;

  /** @param hashOf of a row that is in the table, 32 bits: asked when others come and go */
  constructor(hashOf: (row: number) => number) {
    this.#hashOf = hashOf;
  }

  get bytes(): number {
    return this.#places.byteLength;
  }

  /** The first place at which a row of this hash may be; one that is free when there is none. There must be rows. */
  first(hash: number): number {
    return this.#likely(this.#home(hash), hash);
  }

  /** The next one. */
  next(place: number, hash: number): number {
    return this.#likely(this.#after(place), hash);
  }

  /** @returns -1 for a place that is free */
  at(place: number): number {
    return ((this.#places[place] ?? 0) & rowMask) - 1;
  }

  /**
   * Puts a row in that is not there.
   *
   * @throws RangeError beyond 16 million rows, which no district has
   */
  add(row: number): void {
    if (row >= rowMask) throw new RangeError('there are more rows than a table can keep');
    this.#size += 1;
    if (this.#size > this.#places.length * fullness) this.#rehash(this.#size * growth + 8);
    this.#place(row);
  }

  /** Takes out what is at a place. What follows moves up, so that nothing is looked for past a hole. */
  removeAt(place: number): void {
    const { length } = this.#places;
    let hole = place;
    for (let from = this.#after(place); this.#places[from] !== 0; from = this.#after(from)) {
      // Nothing may come to stand before the first place at which it is looked for.
      const home = this.#home(this.#hashOf(this.at(from)));
      if ((from - home + length) % length < (from - hole + length) % length) continue;
      this.#places[hole] = this.#places[from] ?? 0;
      hole = from;
    }
    this.#places[hole] = 0;
    this.#size -= 1;
  }

  /** Makes room for so many rows at once, in place of growing to it. */
  reserve(rows: number): void {
    if (rows > this.#places.length * fullness) this.#rehash(withSlack(rows));
  }

  clear(): void {
    this.#places = new Uint32Array(0);
    this.#size = 0;
  }

  /** Gives back what growing has left over, but for a little: the next few rows must not cost putting in all of them again. */
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
