/** A map from ids to values that are stored as numbers: 14 bytes per entry. */
import { resized } from './arrays.ts';
import type { Compact } from './compact.ts';
import type { Interner } from './interner.ts';
import { MapLike } from './map-like.ts';
import { OrderedIds } from './ordered-ids.ts';

export abstract class ColumnMap<K extends string, V> extends MapLike<K, V> implements Compact {
  protected readonly ids: Interner;
  readonly #rows = new OrderedIds((from, to) => {
    this.#numbers[to] = this.#numbers[from] ?? 0;
  });
  /** By row, the number of the value. */
  #numbers = new Uint32Array(0);

  /** @param ids of the keys */
  constructor(ids: Interner) {
    super();
    this.ids = ids;
  }

  /** The permanent number of a value. */
  protected abstract numberOf(value: V): number;

  /** The value for a number returned by numberOf. */
  protected abstract valueAt(number: number): V;

  override get size(): number {
    return this.#rows.size;
  }

  /** Bytes in use, without the interner's and those of the values. */
  get bytes(): number {
    return this.#rows.bytes + this.#numbers.byteLength;
  }

  override has(key: K): boolean {
    return this.#rowOf(key) !== -1;
  }

  override get(key: K): V | undefined {
    const row = this.#rowOf(key);
    return row === -1 ? undefined : this.#valueIn(row);
  }

  override set(key: K, value: V): this {
    const row = this.#rows.add(this.ids.add(key));
    if (this.#numbers.length < this.#rows.capacity) this.#numbers = resized(this.#numbers, this.#rows.capacity);
    this.#numbers[row] = this.numberOf(value);
    return this;
  }

  override delete(key: K): boolean {
    return this.#rows.delete(this.ids.find(key)) !== -1;
  }

  override clear(): void {
    this.#rows.clear();
  }

  override *entries(): MapIterator<[K, V]> {
    for (const id of this.#rows.ids()) yield [this.ids.textOf(id) as K, this.#valueIn(this.#rows.rowOf(id))];
  }

  override *keys(): MapIterator<K> {
    for (const id of this.#rows.ids()) yield this.ids.textOf(id) as K;
  }

  trim(): void {
    this.#rows.trim();
    this.#numbers = resized(this.#numbers, this.#rows.capacity);
  }

  #rowOf(key: K): number {
    const id = this.ids.find(key);
    return id === -1 ? -1 : this.#rows.rowOf(id);
  }

  #valueIn(row: number): V {
    return this.valueAt(this.#numbers[row] ?? 0);
  }
}
