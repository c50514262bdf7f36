/**
 * Who is in what: a map from container ids to sets of ids, 4 to 6 bytes per membership, and 10 in a set of more than
 * 64.
 *
 * `get` returns a live view: it shows the current contents, and changes them. `set` copies what it is given.
 */
import type { Compact } from './compact.ts';
import type { Interner } from './interner.ts';
import { MapLike } from './map-like.ts';
import { NumberRelations } from './number-relations.ts';
import { SetLike } from './set-like.ts';

/** A map of sets that also finds the containers of an item. */
export interface RelationMap<C, I> extends Map<C, Set<I>> {
  /** The containers of an item, in no order. */
  containersOf(item: I): C[];
}

export class Relations<C extends string, I extends string>
  extends MapLike<C, Set<I>>
  implements Compact, RelationMap<C, I>
{
  readonly #ids: Interner;
  readonly #numbers = new NumberRelations();

  /** @param ids of containers and their items */
  constructor(ids: Interner) {
    super();
    this.#ids = ids;
  }

  override get size(): number {
    return this.#numbers.size;
  }

  /** Bytes in use, without the interner's. */
  get bytes(): number {
    return this.#numbers.bytes;
  }

  override has(container: C): boolean {
    return this.#numbers.hasContainer(this.#ids.find(container));
  }

  override get(container: C): Set<I> | undefined {
    const id = this.#ids.find(container);
    return this.#numbers.hasContainer(id) ? new Related<I>(this.#ids, this.#numbers, id) : undefined;
  }

  override set(container: C, items: ReadonlySet<I>): this {
    const id = this.#ids.add(container);
    // Callers that change the result of `get` set it again, as with a map of sets: a license may have 100,000 people.
    if (items instanceof Related && items.isOf(this.#numbers, id)) return this;
    const copy = Uint32Array.from(items, (item) => this.#ids.add(item));
    this.#numbers.addContainer(id);
    this.#numbers.empty(id);
    for (const number of copy) this.#numbers.add(id, number);
    return this;
  }

  override delete(container: C): boolean {
    return this.#numbers.deleteContainer(this.#ids.find(container));
  }

  override clear(): void {
    this.#numbers.clear();
  }

  override *entries(): MapIterator<[C, Set<I>]> {
    for (const id of this.#numbers.containers())
      yield [this.#ids.textOf(id) as C, new Related<I>(this.#ids, this.#numbers, id)];
  }

  override *keys(): MapIterator<C> {
    for (const id of this.#numbers.containers()) yield this.#ids.textOf(id) as C;
  }

  /** Adds one item to a container, which is created if it is new. */
  relate(container: C, item: I): void {
    this.#numbers.add(this.#ids.add(container), this.#ids.add(item));
  }

  /** Removes one item from a container, and the container if it becomes empty. */
  unrelate(container: C, item: I): void {
    const id = this.#ids.find(container);
    this.#numbers.delete(id, this.#ids.find(item));
    if (this.#numbers.count(id) === 0) this.#numbers.deleteContainer(id);
  }

  containersOf(item: I): C[] {
    const number = this.#ids.find(item);
    return number === -1 ? [] : this.#numbers.containersOf(number).map((id) => this.#ids.textOf(id) as C);
  }

  /** Releases memory left over from growing and changes. */
  trim(): void {
    this.#numbers.trim();
  }
}

/** The set of one container. */
class Related<I extends string> extends SetLike<I> {
  readonly #ids: Interner;
  readonly #numbers: NumberRelations;
  readonly #container: number;

  constructor(ids: Interner, numbers: NumberRelations, container: number) {
    super();
    this.#ids = ids;
    this.#numbers = numbers;
    this.#container = container;
  }

  /** Whether it is the set of this existing container. */
  isOf(numbers: NumberRelations, container: number): boolean {
    return this.#numbers === numbers && this.#container === container && numbers.hasContainer(container);
  }

  override get size(): number {
    return this.#numbers.count(this.#container);
  }

  override has(item: I): boolean {
    const number = this.#ids.find(item);
    return number !== -1 && this.#numbers.has(this.#container, number);
  }

  override add(item: I): this {
    this.#numbers.add(this.#container, this.#ids.add(item));
    return this;
  }

  override delete(item: I): boolean {
    const number = this.#ids.find(item);
    return number !== -1 && this.#numbers.delete(this.#container, number);
  }

  override clear(): void {
    this.#numbers.empty(this.#container);
  }

  override *values(): SetIterator<I> {
    for (const number of this.#numbers.numbers(this.#container)) yield this.#ids.textOf(number) as I;
  }
}
