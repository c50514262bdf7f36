/**
 * Who is in what: a map from ids of containers to sets of ids, 4 to 6 bytes for a membership, and 10 in a set of more than 64.
 *
 * `get` gives a view: it shows what is there now, and changes it. What is given to `set` is copied.
 */
import type { Compact } from './compact.ts';
import type { Interner } from './interner.ts';
import { MapLike } from './map-like.ts';
import { NumberRelations } from './number-relations.ts';
import { SetLike } from './set-like.ts';

/** A map of sets that knows where something is. */
export interface RelationMap<C, I> extends Map<C, Set<I>> {
  /** The containers that something is in, in no order. */
  containersOf(item: I): C[];
}

export class Relations<C extends string, I extends string>
  extends MapLike<C, Set<I>>
  implements Compact, RelationMap<C, I>
{
  readonly #ids: Interner;
  readonly #numbers = new NumberRelations();

  /** @param ids of containers and of what is in them */
  constructor(ids: Interner) {
    super();
    this.#ids = ids;
  }

  override get size(): number {
    return this.#numbers.size;
  }

  /** Bytes kept, without the interner's. */
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
    // Whoever changes what `get` gave sets it again, as with a map of sets: a license may have 100,000 people.
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

  /** Puts one thing into a container, which is there from now on. */
  relate(container: C, item: I): void {
    this.#numbers.add(this.#ids.add(container), this.#ids.add(item));
  }

  /** Takes one thing out of a container; a container in which nothing is left is gone too. */
  unrelate(container: C, item: I): void {
    const id = this.#ids.find(container);
    this.#numbers.delete(id, this.#ids.find(item));
    if (this.#numbers.count(id) === 0) this.#numbers.deleteContainer(id);
  }

  containersOf(item: I): C[] {
    const number = this.#ids.find(item);
    return number === -1 ? [] : this.#numbers.containersOf(number).map((id) => this.#ids.textOf(id) as C);
  }

  /** Gives back what growing and changes have left over. */
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

  /** Whether it is the set of this container, which is there. */
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
