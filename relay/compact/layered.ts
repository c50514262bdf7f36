/**
 * A map or a set with changes of its own on top of a base, which does not change: replaces copying a whole district.
 */
import { MapLike } from './map-like.ts';
import { SetLike } from './set-like.ts';

export class LayeredMap<K, V> extends MapLike<K, V> {
  readonly #base: ReadonlyMap<K, V>;
  /** Values that differ from the base, or are new. */
  readonly #own = new Map<K, V>();
  /** Keys of the base that were removed here, including those that were added again. */
  readonly #gone = new Set<K>();

  /** @param base must not change anymore */
  constructor(base: ReadonlyMap<K, V>) {
    super();
    this.#base = base;
  }

  override get size(): number {
    let size = this.#base.size - this.#gone.size;
    for (const key of this.#own.keys()) if (!this.#isOfBase(key)) size += 1;
    return size;
  }

  override has(key: K): boolean {
    return this.#own.has(key) || this.#isOfBase(key);
  }

  override get(key: K): V | undefined {
    if (this.#own.has(key)) return this.#own.get(key);
    return this.#gone.has(key) ? undefined : this.#base.get(key);
  }

  override set(key: K, value: V): this {
    this.#own.set(key, value);
    return this;
  }

  override delete(key: K): boolean {
    const isThere = this.has(key);
    if (this.#isOfBase(key)) this.#gone.add(key);
    this.#own.delete(key);
    return isThere;
  }

  override clear(): void {
    for (const key of this.#base.keys()) this.#gone.add(key);
    this.#own.clear();
  }

  override *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.#base) {
      const own = this.#own.get(key);
      if (!this.#gone.has(key)) yield [key, own === undefined && !this.#own.has(key) ? value : (own as V)];
    }
    for (const entry of this.#own) if (!this.#isOfBase(entry[0])) yield entry;
  }

  override *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  #isOfBase(key: K): boolean {
    return !this.#gone.has(key) && this.#base.has(key);
  }
}

export class LayeredSet<T> extends SetLike<T> {
  readonly #base: ReadonlySet<T>;
  readonly #own = new Set<T>();
  readonly #gone = new Set<T>();

  /** @param base must not change anymore */
  constructor(base: ReadonlySet<T>) {
    super();
    this.#base = base;
  }

  override get size(): number {
    return this.#base.size - this.#gone.size + this.#own.size;
  }

  override has(item: T): boolean {
    return this.#own.has(item) || this.#isOfBase(item);
  }

  override add(item: T): this {
    if (!this.#isOfBase(item)) this.#own.add(item);
    return this;
  }

  override delete(item: T): boolean {
    if (this.#own.delete(item)) return true;
    if (!this.#isOfBase(item)) return false;
    this.#gone.add(item);
    return true;
  }

  override clear(): void {
    for (const item of this.#base) this.#gone.add(item);
    this.#own.clear();
  }

  override *values(): SetIterator<T> {
    for (const item of this.#base) if (!this.#gone.has(item)) yield item;
    yield* this.#own;
  }

  #isOfBase(item: T): boolean {
    return !this.#gone.has(item) && this.#base.has(item);
  }
}
