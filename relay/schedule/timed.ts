/** Tasks that go on at a time, the first to come due in front. */
import { SetBack } from '../../shared/set-back.ts';
import { Column } from './column.ts';
import { Heap } from './heap.ts';

export class Timed {
  readonly #due = new Column('float');
  readonly #heap = new Heap((a, b) => this.#isDueBefore(a, b));
  readonly #setBack = new SetBack();
  /** Whether it still goes on at its time. */
  readonly #isTimed: (task: number) => boolean;

  /** @param isTimed says of a task whether it still goes on at its time, or has gone elsewhere since */
  constructor(isTimed: (task: number) => boolean) {
    this.#isTimed = isTimed;
  }

  push(task: number, at: number): void {
    this.#due.set(task, at);
    this.#heap.push(task);
  }

  /** When it goes on, or went on last. */
  dueAt(task: number): number {
    return this.#due.at(task);
  }

  /** When the first one is due; undefined when none waits. */
  next(): number | undefined {
    while (this.#heap.first !== undefined && !this.#isTimed(this.#heap.first)) this.#heap.shift();
    return this.#heap.first === undefined ? undefined : this.#due.at(this.#heap.first);
  }

  /** Takes out the first one, if it is due. */
  takeDue(now: number): number | undefined {
    const due = this.next();
    return due !== undefined && due <= now ? this.#heap.shift() : undefined;
  }

  /**
   * Follows a clock that was set back: nobody waits once more for what has passed.
   *
   * @param tasks how many there are
   * @returns how far it went back, milliseconds; usually 0
   */
  follow(now: number, tasks: number): number {
    const back = this.#setBack.look(now);
    if (back > 0) for (let task = 0; task < tasks; task += 1) if (this.#due.at(task) > 0) this.#due.add(task, -back);
    return back;
  }

  #isDueBefore(a: number, b: number): boolean {
    const [left, right] = [this.#due.at(a), this.#due.at(b)];
    return left < right || (left === right && a < b);
  }
}
