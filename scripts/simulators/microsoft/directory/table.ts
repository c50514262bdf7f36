/** One kind of object: by id, in a stable order for paging, by a few indexed properties, and as a log of changes. */
import type { Bag } from '../json.ts';
import type { Entity } from './entities.ts';

export class Table<T extends Entity> {
  readonly #byId = new Map<string, T>();
  /** Position = ordinal. A removed object leaves a hole, so that a page's cursor stays valid while rows disappear. */
  readonly #order: (T | undefined)[] = [];
  readonly #indexes: ReadonlyMap<string, Map<string, T[]>>;
  /** Ascending sequence numbers; an entry counts only while it is the latest of its object. */
  #log: { seq: number; entity: T }[] = [];
  #seq = 0;

  /** @param indexed names of properties with one or more texts, compared ignoring case, as the directory does. */
  constructor(indexed: readonly string[]) {
    this.#indexes = new Map(indexed.map((name) => [name, new Map()]));
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The newest sequence number. */
  get seq(): number {
    return this.#seq;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  values(): MapIterator<T> {
    return this.#byId.values();
  }

  /** All objects from an ordinal on. */
  *from(ordinal: number): Generator<T> {
    for (let at = ordinal; at < this.#order.length; at++) {
      const entity = this.#order[at];
      if (entity !== undefined) yield entity;
    }
  }

  isIndexed(name: string): boolean {
    return this.#indexes.has(name);
  }

  /** The objects whose indexed property has this value. */
  find(name: string, value: string): readonly T[] {
    return this.#indexes.get(name)?.get(value.toLowerCase()) ?? [];
  }

  insert(entity: T): void {
    entity.removed = undefined;
    entity.ordinal = this.#order.length;
    this.#order.push(entity);
    this.#byId.set(entity.id, entity);
    for (const [name, index] of this.#indexes) this.#file(index, entity, entity.props[name]);
    this.touch(entity);
  }

  /** Sets properties (null clears) and records one change. */
  update(entity: T, patch: Bag): void {
    for (const name of Object.keys(patch)) {
      const value = patch[name] ?? null;
      const index = this.#indexes.get(name);
      if (index !== undefined) {
        this.#unfile(index, entity, entity.props[name]);
        this.#file(index, entity, value);
      }
      if (value === null) delete entity.props[name];
      else entity.props[name] = value;
    }
    entity.edited = this.touchLinks(entity);
    entity.edits ??= new Map();
    for (const name of Object.keys(patch)) entity.edits.set(name, entity.edited);
  }

  remove(entity: T, how: 'changed' | 'deleted'): void {
    this.#byId.delete(entity.id);
    this.#order[entity.ordinal] = undefined;
    for (const [name, index] of this.#indexes) this.#unfile(index, entity, entity.props[name]);
    this.forget(entity, how);
  }

  /** Records that an object already removed is now gone in another way. */
  forget(entity: T, how: 'changed' | 'deleted'): void {
    entity.removed = how;
    this.touch(entity);
  }

  /** Records that all of it is new. */
  touch(entity: T): void {
    entity.edited = this.touchLinks(entity);
    entity.came = entity.edited;
    entity.edits = undefined;
  }

  /**
   * Records that the object has other members or owners: relevant only to readers who follow them. @returns the
   * sequence number
   */
  touchLinks(entity: T): number {
    entity.changed = ++this.#seq;
    this.#log.push({ seq: this.#seq, entity });
    if (this.#log.length > 2 * this.#order.length + 1000) {
      this.#log = this.#log.filter((entry) => entry.entity.changed === entry.seq);
    }
    return this.#seq;
  }

  /** Objects by their latest change after a sequence number, oldest first, including removed ones. */
  *changesAfter(seq: number): Generator<T> {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle]?.seq ?? 0) > seq) high = middle;
      else low = middle + 1;
    }
    for (let at = low; at < this.#log.length; at++) {
      const entry = this.#log[at];
      if (entry !== undefined && entry.entity.changed === entry.seq) yield entry.entity;
    }
  }

  #file(index: Map<string, T[]>, entity: T, value: unknown): void {
    for (const key of keysOf(value)) {
      const filed = index.get(key);
      if (filed === undefined) index.set(key, [entity]);
      else filed.push(entity);
    }
  }

  #unfile(index: Map<string, T[]>, entity: T, value: unknown): void {
    for (const key of keysOf(value)) {
      const left = (index.get(key) ?? []).filter((other) => other !== entity);
      if (left.length === 0) index.delete(key);
      else index.set(key, left);
    }
  }
}

function keysOf(value: unknown): string[] {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => (typeof text === 'string' ? text.toLowerCase() : []));
}
