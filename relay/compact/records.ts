/**
 * Values with a few properties, packed one after the other into one buffer: 30 to 90 bytes for a person or an account's
 * values, a tenth of what objects take. Property names are stored once for all values with the same names, recurring
 * texts once per table, and ids that the interner knows as numbers.
 *
 * A value is a text, boolean, null or undefined, or a list or plain object of these.
 */
import { grownLength } from './arrays.ts';
import type { Interner } from './interner.ts';
import { Recurring } from './recurring.ts';

/** The meaning of a value's first byte. */
const tags = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  object: 4,
  list: 5,
  id: 6,
  long: 7,
  wide: 8,
  prefix: 9,
  short: 10,
  recurring: 128,
};
/** For a Latin-1 text up to this length, the tag contains the length. */
const shortest = tags.recurring - tags.short - 1;
/** Shorter texts are not used as prefixes of others. */
const leastPrefix = 3;
/** A shorter text takes no more bytes than an id's number, and many tables contain it by chance. */
const leastId = 8;

interface Shape {
  names: readonly string[];
  /** `__proto__` must be defined, because assigning it does something else. */
  isSetAlike: boolean;
}

export class Records {
  readonly #ids: Interner;
  #bytes = Buffer.alloc(0);
  #length = 0;
  #dead = 0;
  /** The position of the next byte to read. */
  #at = 0;
  /** The value's last text that was stored whole or as an id: a mailbox name begins the address stored before it. */
  #last = '';
  readonly #shapes: Shape[] = [];
  readonly #shapeOf = new Map<string, number>();
  #lastShape = -1;
  readonly #recurring = new Recurring(256 - tags.recurring);

  /** @param ids texts that it knows are stored as numbers */
  constructor(ids: Interner) {
    this.#ids = ids;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes.length;
  }

  /** Whether more than half of the bytes belong to values that are no longer needed. */
  get isMostlyDead(): boolean {
    return this.#dead > 4096 && this.#dead * 2 > this.#length;
  }

  /**
   * @returns the value's position
   * @throws TypeError for what cannot be packed, such as a number
   */
  append(value: unknown): number {
    const start = this.#length;
    this.#last = '';
    try {
      this.#write(value);
    } catch (error) {
      this.#length = start;
      throw error;
    }
    return start;
  }

  /** A copy of the value at a position returned by {@link append}. */
  read(start: number): unknown {
    this.#at = start;
    this.#last = '';
    return this.#read();
  }

  /** Releases the value at this position. */
  forget(start: number): void {
    this.#dead += this.#end(start) - start;
  }

  /** Keeps only these values. @param starts of values, updated to their new positions */
  keep(starts: Uint32Array): void {
    const ends = starts.map((start) => this.#end(start));
    const length = starts.reduce((sum, start, index) => sum + (ends[index] ?? 0) - start, 0);
    const kept = Buffer.alloc(length);
    let to = 0;
    for (const [index, start] of starts.entries()) {
      starts[index] = to;
      to += this.#bytes.copy(kept, to, start, ends[index]);
    }
    this.#bytes = kept;
    this.#length = length;
    this.#dead = 0;
  }

  #write(value: unknown): void {
    if (typeof value === 'string') this.#writeText(value);
    else if (value === undefined) this.#byte(tags.undefined);
    else if (value === null) this.#byte(tags.null);
    else if (typeof value === 'boolean') this.#byte(value ? tags.true : tags.false);
    else if (Array.isArray(value)) {
      this.#byte(tags.list);
      this.#number(value.length);
      for (const item of value) this.#write(item);
    } else if (typeof value === 'object') {
      const names = Object.keys(value);
      this.#byte(tags.object);
      this.#number(this.#shape(names));
      const fields: Readonly<Record<string, unknown>> = { ...value };
      for (const name of names) this.#write(fields[name]);
    } else throw new TypeError(`a ${typeof value} cannot be packed`);
  }

  #writeText(text: string): void {
    const known = this.#recurring.note(text);
    if (known !== -1) {
      this.#byte(tags.recurring + known);
      return;
    }
    if (text.length >= leastPrefix && this.#last.startsWith(text)) {
      this.#byte(tags.prefix);
      this.#number(text.length);
      return;
    }
    this.#last = text;
    const id = text.length < leastId ? -1 : this.#ids.find(text);
    if (id !== -1) {
      this.#byte(tags.id);
      this.#number(id);
      return;
    }
    this.#reserve(text.length * 2 + 6);
    const isWide = /[^\0-\xff]/.test(text);
    if (isWide) this.#byte(tags.wide);
    else this.#byte(text.length <= shortest ? tags.short + text.length : tags.long);
    if (isWide || text.length > shortest) this.#number(text.length);
    this.#length += this.#bytes.write(text, this.#length, isWide ? 'utf16le' : 'latin1');
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  /** Seven bits per byte, the lowest first. */
  #number(number: number): void {
    let rest = number;
    while (rest >= 128) {
      this.#byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.#byte(rest);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.alloc(grownLength(needed));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  #shape(names: readonly string[]): number {
    // Most values have the same shape as the previous one.
    const before = this.#shapes[this.#lastShape]?.names;
    if (before?.length === names.length && before.every((name, at) => name === names[at])) return this.#lastShape;
    this.#lastShape = this.#numberOf(names);
    return this.#lastShape;
  }

  #numberOf(names: readonly string[]): number {
    const joined = names.join('\0');
    const known = this.#shapeOf.get(joined);
    if (known !== undefined) return known;
    this.#shapes.push({ names, isSetAlike: !names.includes('__proto__') });
    this.#shapeOf.set(joined, this.#shapes.length - 1);
    return this.#shapes.length - 1;
  }

  #read(): unknown {
    const tag = this.#readByte();
    if (tag >= tags.recurring) return this.#recurring.textOf(tag - tags.recurring);
    if (tag >= tags.short) return this.#remembered(this.#readText('latin1', tag - tags.short));
    switch (tag) {
      case tags.undefined:
        return undefined;
      case tags.null:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.object:
        return this.#readObject();
      case tags.list:
        return Array.from({ length: this.#readNumber() }, () => this.#read());
      case tags.prefix:
        return this.#last.slice(0, this.#readNumber());
      case tags.id:
        return this.#remembered(this.#ids.textOf(this.#readNumber()));
      case tags.long:
        return this.#remembered(this.#readText('latin1', this.#readNumber()));
      default:
        return this.#remembered(this.#readText('utf16le', this.#readNumber() * 2));
    }
  }

  #remembered(text: string): string {
    this.#last = text;
    return text;
  }

  #readObject(): object {
    const { names, isSetAlike } = this.#shapes[this.#readNumber()] ?? { names: [], isSetAlike: true };
    if (!isSetAlike) return Object.fromEntries(names.map((name) => [name, this.#read()]));
    const object: Record<string, unknown> = {};
    for (const name of names) object[name] = this.#read();
    return object;
  }

  #readText(encoding: 'latin1' | 'utf16le', length: number): string {
    const start = this.#at;
    this.#at += length;
    return this.#bytes.toString(encoding, start, this.#at);
  }

  #readByte(): number {
    const byte = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  #readNumber(): number {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#readByte();
      number += (byte & 127) * 2 ** shift;
      if (byte < 128) return number;
    }
  }

  /** Where the value that begins here ends. */
  #end(start: number): number {
    this.#at = start;
    this.#skip();
    return this.#at;
  }

  #skip(): void {
    const tag = this.#readByte();
    if (tag >= tags.recurring) return;
    if (tag >= tags.short) this.#at += tag - tags.short;
    else if (tag === tags.long || tag === tags.wide) {
      const length = this.#readNumber();
      this.#at += tag === tags.long ? length : length * 2;
    } else if (tag === tags.id || tag === tags.prefix) this.#readNumber();
    else if (tag === tags.object || tag === tags.list) {
      const number = this.#readNumber();
      const values = tag === tags.list ? number : (this.#shapes[number]?.names.length ?? 0);
      for (let value = 0; value < values; value += 1) this.#skip();
    }
  }
}
