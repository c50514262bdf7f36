/**
 * A map from ids to values with a few properties, packed (records.ts): `get` returns a copy, and changing the copy has
 * no effect here.
 */

import { resized } from './arrays.ts';
import type { Compact } from './compact.ts';
import type { Interner } from './interner.ts';
import { MapLike } from './map-like.ts';
import { OrderedIds } from './ordered-ids.ts';
import { Records } from './records.ts';

/** How many recent values are kept unpacked, because a caller often asks for the same one again at once. */
const keptUnpacked = 64;

export class PackedMap<K extends string, V> extends MapLike<K, V> implements Compact {
  readonly #ids: Interner;
  readonly #rows = new OrderedIds((from, to) => {
    this.#starts[to] = this.#starts[from] ?? 0;
    if (this.#unpacked.length > 0) this.#unpacked = [];
  });
  /** By row, where its value begins. */
  #starts = new Uint32Array(0);
  readonly #records: Records;
  /** Indexed by the last bits of the row. */
  #unpacked: ({ row: number; value: V } | undefined)[] = [];

  /** @param ids of the keys; texts in values that it knows are stored as numbers */
  constructor(ids: Interner) {
    super();
    this.#ids = ids;
    this.#records = new Records(ids);
  }

  override get size(): number {
    return this.#rows.size;
  }

  /** Bytes in use, without the interner's. */
  get bytes(): number {
    return this.#rows.bytes + this.#starts.byteLength + this.#records.bytes;
  }

  override has(key: K): boolean {
    return this.#rowOf(key) !== -1;
  }

  override get(key: K): V | undefined {
    const row = this.#rowOf(key);
    if (row === -1) return undefined;
    const known = this.#unpacked[row % keptUnpacked];
    if (known?.row === row) return known.value;
    const value = this.#valueAt(row);
    this.#unpacked[row % keptUnpacked] = { row, value };
    return value;
  }

  /** @throws TypeError for a value that cannot be packed, see {@link Records} */
  override set(key: K, value: V): this {
    const start = this.#records.append(value);
    const id = this.#ids.add(key);
    const before = this.#rows.rowOf(id);
    if (before !== -1) this.#forget(before);
    const row = before === -1 ? this.#add(id) : before;
    this.#starts[row] = start;
    this.#compact();
    return this;
  }

  override delete(key: K): boolean {
    const row = this.#rows.delete(this.#ids.find(key));
    if (row === -1) return false;
    this.#forget(row);
    this.#compact();
    return true;
  }

  override clear(): void {
    this.#rows.clear();
    this.#records.keep(new Uint32Array(0));
    this.#unpacked = [];
  }

  override *entries(): MapIterator<[K, V]> {
    for (const id of this.#rows.ids()) yield [this.#keyOf(id), this.#valueAt(this.#rows.rowOf(id))];
  }

  override *keys(): MapIterator<K> {
    for (const id of this.#rows.ids()) yield this.#keyOf(id);
  }

  override *values(): MapIterator<V> {
    for (const id of this.#rows.ids()) yield this.#valueAt(this.#rows.rowOf(id));
  }

  /** Releases memory left over from growing and changes. */
  trim(): void {
    this.#rows.trim();
    this.#starts = resized(this.#starts, this.#rows.capacity);
    this.#unpacked = [];
    this.#keepLive();
  }

  /** A key's position in the order of insertion, for sorting; -1 for a missing one. */
  placeOf(key: K): number {
    return this.#rowOf(key);
  }

  #add(id: number): number {
    const row = this.#rows.add(id);
    if (this.#starts.length < this.#rows.capacity) this.#starts = resized(this.#starts, this.#rows.capacity);
    return row;
  }

  #rowOf(key: K): number {
    const id = this.#ids.find(key);
    return id === -1 ? -1 : this.#rows.rowOf(id);
  }

  /** The interner's text for a key is the key. */
  #keyOf(id: number): K {
    return this.#ids.textOf(id) as K;
  }

  /** The records return what was stored. */
  #valueAt(row: number): V {
    return this.#records.read(this.#starts[row] ?? 0) as V;
  }

  #forget(row: number): void {
    this.#records.forget(this.#starts[row] ?? 0);
    if (this.#unpacked[row % keptUnpacked]?.row === row) this.#unpacked[row % keptUnpacked] = undefined;
  }

  #compact(): void {
    if (this.#records.isMostlyDead) this.#keepLive();
  }

  #keepLive(): void {
    const ids = this.#rows.snapshot();
    const starts = ids.map((id) => this.#starts[this.#rows.rowOf(id)] ?? 0);
    this.#records.keep(starts);
    for (const [index, id] of ids.entries()) this.#starts[this.#rows.rowOf(id)] = starts[index] ?? 0;
  }
}
