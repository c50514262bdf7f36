/** Which task has a lane, and which are queued for it. Lanes and tasks are numbers, lanes from 1. */
import { Column } from './column.ts';
import { Heap } from './heap.ts';

export class Lanes {
  /** Task + 1; 0 for a lane that is free. */
  readonly #holder = new Column('int');
  readonly #queues = new Map<number, Heap>();
  /** By task, its place in a queue. */
  readonly #place = new Column('int');

  /** @param lane 0 for none, which is always free */
  isFreeFor(task: number, lane: number): boolean {
    return lane === 0 || this.#holder.at(lane) === 0 || this.#holder.at(lane) === task + 1;
  }

  /** The task that has it; undefined if it is free. */
  holderOf(lane: number): number | undefined {
    const holder = this.#holder.at(lane);
    return holder === 0 ? undefined : holder - 1;
  }

  hold(task: number, lane: number): void {
    if (lane !== 0) this.#holder.set(lane, task + 1);
  }

  /** @param place the smaller one goes first */
  queue(task: number, lane: number, place: number): void {
    this.#place.set(task, place);
    const queue = this.#queues.get(lane) ?? new Heap((a, b) => this.#goesBefore(a, b));
    this.#queues.set(lane, queue);
    queue.push(task);
  }

  /** Frees the lane, if the task has it. */
  leave(task: number, lane: number): void {
    if (lane !== 0 && this.#holder.at(lane) === task + 1) this.#holder.set(lane, 0);
  }

  /**
   * The next task for a free lane, removed from the queue. If it does not take the lane, ask for the next one.
   *
   * @param isQueued whether a task is still in the queue
   */
  next(lane: number, isQueued: (task: number) => boolean): number | undefined {
    const queue = this.#holder.at(lane) === 0 ? this.#queues.get(lane) : undefined;
    if (queue === undefined) return undefined;
    let next = queue.shift();
    while (next !== undefined && !isQueued(next)) next = queue.shift();
    if (queue.size === 0) this.#queues.delete(lane);
    return next;
  }

  #goesBefore(a: number, b: number): boolean {
    const [left, right] = [this.#place.at(a), this.#place.at(b)];
    return left < right || (left === right && a < b);
  }
}
