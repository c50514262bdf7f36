/** What a container must provide to be a `Set` or a `Map` for every consumer of one. */

import { inspect } from 'node:util';

/** A set built from six functions. Its operations return ordinary sets. */
export abstract class SetLike<T> implements Set<T> {
  abstract get size(): number;
  abstract has(item: T): boolean;
  abstract add(item: T): this;
  abstract delete(item: T): boolean;
  abstract clear(): void;
  /** In the order of insertion. Values added during iteration are not returned. */
  abstract values(): SetIterator<T>;

  keys(): SetIterator<T> {
    return this.values();
  }

  [Symbol.iterator](): SetIterator<T> {
    return this.values();
  }

  *entries(): SetIterator<[T, T]> {
    for (const item of this.values()) yield [item, item];
  }

  forEach(callback: (item: T, again: T, set: Set<T>) => void, thisArgument?: unknown): void {
    for (const item of this.values()) callback.call(thisArgument, item, item, this);
  }

  /** For logs and tests: the contents. */
  [inspect.custom](): Set<T> {
    return new Set(this.values());
  }

  get [Symbol.toStringTag](): string {
    return 'Set';
  }

  union<U>(other: ReadonlySetLike<U>): Set<T | U> {
    return new Set<T | U>(this).union(other);
  }

  intersection<U>(other: ReadonlySetLike<U>): Set<T & U> {
    return new Set(this).intersection(other);
  }

  difference<U>(other: ReadonlySetLike<U>): Set<T> {
    return new Set(this).difference(other);
  }

  symmetricDifference<U>(other: ReadonlySetLike<U>): Set<T | U> {
    return new Set<T | U>(this).symmetricDifference(other);
  }

  isSubsetOf(other: ReadonlySetLike<unknown>): boolean {
    return new Set(this).isSubsetOf(other);
  }

  isSupersetOf(other: ReadonlySetLike<unknown>): boolean {
    return new Set<unknown>(this).isSupersetOf(other);
  }

  isDisjointFrom(other: ReadonlySetLike<unknown>): boolean {
    return new Set(this).isDisjointFrom(other);
  }
}
