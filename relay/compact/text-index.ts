/**
 * Finds numbers by texts that are not stored here: a text's hash leads to all candidates, and the caller checks each of
 * them. 12 bytes per entry.
 */
import { grownLength } from './arrays.ts';
import type { Compact } from './compact.ts';
import { hashOf } from './hash.ts';

/** How full a table is made. */
const fullness = 0.7;

export class TextIndex implements Compact {
  /** By slot: hash, and number + 1; 0 for a free slot. */
  #hashes = new Uint32Array(0);
  #numbers = new Uint32Array(0);
  #size = 0;

  get bytes(): number {
    return this.#hashes.byteLength + this.#numbers.byteLength;
  }

  /** Adds a number with this text; never add the same one twice for one text. */
  add(text: string, number: number): void {
    this.#size += 1;
    if (this.#size > this.#numbers.length * fullness) this.#rehash(grownLength(this.#size));
    this.#place(hashOf(text), number + 1);
  }

  remove(text: string, number: number): void {
    const hash = hashOf(text);
    for (let place = this.#first(hash); this.#numbers[place]; place = this.#next(place)) {
      if (this.#hashes[place] !== hash || this.#numbers[place] !== number + 1) continue;
      this.#vacate(place);
      this.#size -= 1;
      return;
    }
  }

  /** Numbers that may have the text, in no order; includes all that have it. */
  candidates(text: string): number[] {
    if (this.#size === 0) return [];
    const hash = hashOf(text);
    const found: number[] = [];
    for (let place = this.#first(hash); ; place = this.#next(place)) {
      const number = this.#numbers[place] ?? 0;
      if (number === 0) return found;
      if (this.#hashes[place] === hash) found.push(number - 1);
    }
  }

  /** Releases memory left over from growing. */
  trim(): void {
    this.#rehash(this.#size);
  }

  #first(hash: number): number {
    return Math.floor((hash * this.#numbers.length) / 0x1_0000_0000);
  }

  #next(place: number): number {
    return place + 1 === this.#numbers.length ? 0 : place + 1;
  }

  #place(hash: number, entry: number): void {
    let place = this.#first(hash);
    while (this.#numbers[place] !== 0) place = this.#next(place);
    this.#hashes[place] = hash;
    this.#numbers[place] = entry;
  }

  #vacate(vacant: number): void {
    const { length } = this.#numbers;
    let hole = vacant;
    for (let place = this.#next(vacant); this.#numbers[place]; place = this.#next(place)) {
      const hash = this.#hashes[place] ?? 0;
      // An entry must not move before the first slot that its search checks.
      if ((place - this.#first(hash) + length) % length < (place - hole + length) % length) continue;
      this.#hashes[hole] = hash;
      this.#numbers[hole] = this.#numbers[place] ?? 0;
      hole = place;
    }
    this.#numbers[hole] = 0;
  }

  #rehash(size: number): void {
    const length = Math.ceil(size / fullness) + 1;
    const [hashes, numbers] = [this.#hashes, this.#numbers];
    this.#hashes = new Uint32Array(length);
    this.#numbers = new Uint32Array(length);
    for (const [place, number] of numbers.entries()) if (number !== 0) this.#place(hashes[place] ?? 0, number);
  }
}
