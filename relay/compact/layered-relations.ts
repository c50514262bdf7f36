/** Relations with changes of their own on top of base relations, which do not change. */
import { LayeredMap, LayeredSet } from './layered.ts';
import { MapLike } from './map-like.ts';
import type { RelationMap } from './relations.ts';

export class LayeredRelations<C, I> extends MapLike<C, Set<I>> implements RelationMap<C, I> {
  readonly #base: RelationMap<C, I>;
  readonly #sets: LayeredMap<C, Set<I>>;
  /** Containers whose sets were returned, and may have been changed. */
  readonly #asked = new Set<C>();

  /** @param base must not change anymore */
  constructor(base: RelationMap<C, I>) {
    super();
    this.#base = base;
    this.#sets = new LayeredMap(base);
  }

  override get size(): number {
    return this.#sets.size;
  }

  override has(container: C): boolean {
    return this.#sets.has(container);
  }

  override get(container: C): Set<I> | undefined {
    const set = this.#sets.get(container);
    if (set === undefined || this.#asked.has(container)) return set;
    const own = new LayeredSet(set);
    this.set(container, own);
    return own;
  }

  override set(container: C, items: Set<I>): this {
    this.#asked.add(container);
    this.#sets.set(container, items);
    return this;
  }

  override delete(container: C): boolean {
    this.#asked.add(container);
    return this.#sets.delete(container);
  }

  override clear(): void {
    for (const container of this.#base.keys()) this.#asked.add(container);
    this.#sets.clear();
  }

  override *entries(): MapIterator<[C, Set<I>]> {
    for (const container of this.#sets.keys()) {
      const set = this.get(container);
      if (set !== undefined) yield [container, set];
    }
  }

  override keys(): MapIterator<C> {
    return this.#sets.keys();
  }

  containersOf(item: I): C[] {
    const others = this.#base.containersOf(item).filter((container) => !this.#asked.has(container));
    return [...others, ...[...this.#asked].filter((container) => this.#sets.get(container)?.has(item) === true)];
  }
}
