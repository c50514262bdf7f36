/** A map from ids to few distinct values. Values returned by `get` must not be changed. */
import { ColumnMap } from './column-map.ts';
import { Distinct } from './distinct.ts';

export class DistinctMap<K extends string, V extends object> extends ColumnMap<K, V> {
  readonly #values = new Distinct<V>();

  override get bytes(): number {
    return super.bytes + this.#values.bytes;
  }

  override trim(): void {
    super.trim();
    this.#values.trim();
  }

  protected override numberOf(value: V): number {
    return this.#values.numberOf(value);
  }

  protected override valueAt(number: number): V {
    return this.#values.valueAt(number);
  }
}
