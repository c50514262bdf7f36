/** Many lists of numbers, most of them short, in one block of memory: 8 bytes per entry, and 4 per list. */
import { Column } from './column.ts';

export class Chains {
  /** Entries are numbered from 1; 0 is the end of a list. */
  readonly #heads = new Column('int');
  readonly #values = new Column('int');
  readonly #nexts = new Column('int');
  #entries = 0;
  #free = 0;

  /** @returns the entry, under which the caller may keep more */
  add(list: number, value: number): number {
    const entry = this.#free === 0 ? this.#entries + 1 : this.#free;
    if (entry > this.#entries) this.#entries = entry;
    else this.#free = this.#nexts.at(entry);
    this.#values.set(entry, value);
    this.#nexts.set(entry, this.#heads.at(list));
    this.#heads.set(list, entry);
    return entry;
  }

  /** In no order. */
  *of(list: number): Iterable<number> {
    for (const [value] of this.entriesOf(list)) yield value;
  }

  *entriesOf(list: number): Iterable<[value: number, entry: number]> {
    for (let entry = this.#heads.at(list); entry !== 0; entry = this.#nexts.at(entry))
      yield [this.#values.at(entry), entry];
  }

  /** Goes through a list. @param keeps whether the entry stays in it; it may not change the list */
  sift(list: number, keeps: (value: number, entry: number) => boolean): void {
    let before = 0;
    for (let entry = this.#heads.at(list); entry !== 0; ) {
      const next = this.#nexts.at(entry);
      if (keeps(this.#values.at(entry), entry)) before = entry;
      else {
        if (before === 0) this.#heads.set(list, next);
        else this.#nexts.set(before, next);
        this.#nexts.set(entry, this.#free);
        this.#free = entry;
      }
      entry = next;
    }
  }
}
