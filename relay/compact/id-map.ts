/** A map from ids to ids, both by their number. */
import { ColumnMap } from './column-map.ts';
import type { Interner } from './interner.ts';

export class IdMap<K extends string, V extends string> extends ColumnMap<K, V> {
  /** @param ids of both keys and values */
  constructor(ids: Interner, entries: Iterable<readonly [K, V]> = []) {
    super(ids);
    for (const [key, value] of entries) this.set(key, value);
  }

  protected override numberOf(value: V): number {
    return this.ids.add(value);
  }

  /** The interner's text for a value is the value. */
  protected override valueAt(number: number): V {
    return this.ids.textOf(number) as V;
  }
}
