/** The tasks of one service that may be sent. Edits and other tasks take turns while there are both. */
import type { Column } from './column.ts';
import { Heap } from './heap.ts';

export class Ready {
  readonly #edits: Heap;
  readonly #others: Heap;
  /** How many more edits than other tasks were taken while there were both. */
  #ahead = 0;
  /** What the last task taken adds to that. */
  #counts = 0;

  /** @param weight by task: the heavier one goes first, and then the older one */
  constructor(weight: Column) {
    const goesBefore = (a: number, b: number) =>
      weight.at(a) > weight.at(b) || (weight.at(a) === weight.at(b) && a < b);
    this.#edits = new Heap(goesBefore);
    this.#others = new Heap(goesBefore);
  }

  push(task: number, isEdit: boolean): void {
    (isEdit ? this.#edits : this.#others).push(task);
  }

  /** Takes the next one out. @param isThere whether a task is still ready, as an edit or not */
  next(isThere: (task: number, isEdit: boolean) => boolean): number | undefined {
    const [edit, other] = [this.#clean(this.#edits, true, isThere), this.#clean(this.#others, false, isThere)];
    const isEdit = other === undefined || (edit !== undefined && this.#ahead <= 0);
    this.#counts = edit === undefined || other === undefined ? 0 : isEdit ? 1 : -1;
    return (isEdit ? this.#edits : this.#others).shift();
  }

  hasEdit(isThere: (task: number, isEdit: boolean) => boolean): boolean {
    return this.#clean(this.#edits, true, isThere) !== undefined;
  }

  /** The last task taken is sent. */
  took(): void {
    this.#ahead += this.#counts;
  }

  /** Drops tasks that are no longer ready. @returns the first */
  #clean(heap: Heap, isEdit: boolean, isThere: (task: number, isEdit: boolean) => boolean): number | undefined {
    while (heap.first !== undefined && !isThere(heap.first, isEdit)) heap.shift();
    return heap.first;
  }
}
