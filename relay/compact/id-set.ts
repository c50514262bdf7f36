/** A set of ids stored by number: 10 bytes each. */

import type { Compact } from './compact.ts';
import type { Interner } from './interner.ts';
import { OrderedIds } from './ordered-ids.ts';
import { SetLike } from './set-like.ts';

export class IdSet<K extends string> extends SetLike<K> implements Compact {
  readonly #ids: Interner;
  readonly #rows = new OrderedIds();

  constructor(ids: Interner, items: Iterable<K> = []) {
    super();
    this.#ids = ids;
    for (const item of items) this.add(item);
  }

  override get size(): number {
    return this.#rows.size;
  }

  /** Bytes in use, without the interner's. */
  get bytes(): number {
    return this.#rows.bytes;
  }

  override has(item: K): boolean {
    const id = this.#ids.find(item);
    return id !== -1 && this.#rows.rowOf(id) !== -1;
  }

  override add(item: K): this {
    this.#rows.add(this.#ids.add(item));
    return this;
  }

  override delete(item: K): boolean {
    return this.#rows.delete(this.#ids.find(item)) !== -1;
  }

  override clear(): void {
    this.#rows.clear();
  }

  override *values(): SetIterator<K> {
    for (const id of this.#rows.ids()) yield this.#ids.textOf(id) as K;
  }

  /** Releases memory left over from growing. */
  trim(): void {
    this.#rows.trim();
  }
}
