import { inspect } from 'node:util';

/** A map built from a few functions, for every consumer of a `Map`. */
export abstract class MapLike<K, V> implements Map<K, V> {
  abstract get size(): number;
  abstract has(key: K): boolean;
  abstract get(key: K): V | undefined;
  abstract set(key: K, value: V): this;
  abstract delete(key: K): boolean;
  abstract clear(): void;
  /** In the order of insertion. Entries added during iteration are not returned. */
  abstract entries(): MapIterator<[K, V]>;
  /** The same for keys. */
  abstract keys(): MapIterator<K>;

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback: (value: V, key: K, map: Map<K, V>) => void, thisArgument?: unknown): void {
    for (const [key, value] of this.entries()) callback.call(thisArgument, value, key, this);
  }

  /** For logs and tests: the contents. */
  [inspect.custom](): Map<K, V> {
    return new Map(this.entries());
  }

  get [Symbol.toStringTag](): string {
    return 'Map';
  }
}
