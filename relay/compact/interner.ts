/**
 * Stores ids as small numbers: `students:123` is stored once, however many tables and relations use it. All texts are
 * consecutive in one buffer, and a hash table of numbers finds them: some 20 bytes for an id where a `Map` of strings
 * takes 90.
 *
 * Nothing is ever removed: a number means the same text as long as the interner lives. Ids that are gone from a
 * district stay until its state is loaded again.
 */
import { grownLength, resized } from './arrays.ts';
import type { Compact } from './compact.ts';
import { hashOf, hashOfBytes } from './hash.ts';
import { Slots } from './slots.ts';

/** The bit of a start that marks a text with two bytes per character; Latin-1 texts have one. */
const wideBit = 0x8000_0000;
const startMask = 0x7fff_ffff;
/**
 * Cache of recent texts: a district's questions come school by school, with the same ids again and again. A power of
 * two.
 */
const recentTexts = 4096;

export class Interner implements Compact {
  #bytes = Buffer.alloc(0);
  /** By id, where its text begins; one extra entry says where the last text ends. */
  #starts = new Uint32Array(1);
  readonly #slots = new Slots((id) => this.#hashAt(id));
  #size = 0;
  /** Indexed by the last bits of the hash. */
  readonly #recent: string[] = [];
  readonly #recentHashes = new Uint32Array(recentTexts);
  readonly #recentIds = new Uint32Array(recentTexts);

  /** How many texts it knows. */
  get size(): number {
    return this.#size;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes.length + this.#starts.byteLength + this.#slots.bytes;
  }

  /** @returns -1 for an unknown text */
  find(text: string): number {
    if (this.#size === 0) return -1;
    const hash = hashOf(text);
    const recent = hash & (recentTexts - 1);
    if (this.#recentHashes[recent] === hash && this.#recent[recent] === text) return this.#recentIds[recent] ?? -1;
    const slots = this.#slots;
    for (let place = slots.first(hash); ; place = slots.next(place, hash)) {
      const id = slots.at(place);
      if (id === -1) return -1;
      if (!this.#is(id, text)) continue;
      this.#recent[recent] = text;
      this.#recentHashes[recent] = hash;
      this.#recentIds[recent] = id;
      return id;
    }
  }

  /** Returns the text's number, adding the text if it is new. */
  add(text: string): number {
    const known = this.find(text);
    if (known !== -1) return known;
    const id = this.#size;
    this.#append(text);
    this.#size += 1;
    this.#slots.add(id);
    return id;
  }

  /** The text for a number returned by {@link add} or {@link find}. */
  textOf(id: number): string {
    const start = this.#starts[id] ?? 0;
    const end = (this.#starts[id + 1] ?? 0) & startMask;
    return this.#bytes.toString((start & wideBit) === 0 ? 'latin1' : 'utf16le', start & startMask, end);
  }

  /** Releases memory left over from growing. */
  trim(): void {
    const length = (this.#starts[this.#size] ?? 0) & startMask;
    this.#bytes = Buffer.from(this.#bytes.subarray(0, length));
    this.#starts = resized(this.#starts, this.#size + 1);
    this.#slots.trim();
  }

  #hashAt(id: number): number {
    const start = this.#starts[id] ?? 0;
    if ((start & wideBit) !== 0) return hashOf(this.textOf(id));
    return hashOfBytes(this.#bytes, start, (this.#starts[id + 1] ?? 0) & startMask);
  }

  #is(id: number, text: string): boolean {
    const start = this.#starts[id] ?? 0;
    const isWide = (start & wideBit) !== 0;
    const from = start & startMask;
    const length = ((this.#starts[id + 1] ?? 0) & startMask) - from;
    if (length !== (isWide ? text.length * 2 : text.length)) return false;
    if (isWide) return this.textOf(id) === text;
    const bytes = this.#bytes;
    // Backward, because ids of one kind begin alike.
    for (let at = length - 1; at >= 0; at -= 1) if (bytes[from + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  #append(text: string): void {
    const start = this.#starts[this.#size] ?? 0;
    if (start + text.length * 2 > this.#bytes.length) this.#grow(start + text.length * 2);
    const isWide = /[^\0-\xff]/.test(text);
    const written = this.#bytes.write(text, start, isWide ? 'utf16le' : 'latin1');
    if (this.#size + 1 >= this.#starts.length) this.#starts = resized(this.#starts, grownLength(this.#size + 2));
    if (isWide) this.#starts[this.#size] = (start | wideBit) >>> 0;
    this.#starts[this.#size + 1] = start + written;
  }

  /** @throws RangeError beyond two gigabytes of ids, which no district has */
  #grow(needed: number): void {
    if (needed > startMask) throw new RangeError('there are more ids than an interner can keep');
    const grown = Buffer.alloc(Math.min(startMask, grownLength(needed)));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }
}
