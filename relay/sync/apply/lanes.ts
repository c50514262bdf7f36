/**
 * The queue of one stage. Operations on one group share a lane and follow each other, because Graph answers concurrent
 * writes to one group with conflicts; everything else runs side by side. An operation that must wait is parked.
 */
import type { HallpassError } from '../../../shared/errors.ts';
import { SetBack } from '../../../shared/set-back.ts';
import type { Conflict } from '../../graph/outcome.ts';
import type { Operation } from '../../model/operation.ts';
import { specOf } from '../../operations/registry.ts';

export interface Task {
  operation: Operation;
  lane: string;
  /** Attempts made so far. */
  attempts: number;
  /** What has to be found out before it can be sent again, or is settled. */
  doubt?: Doubt | undefined;
  /** An answer was lost: what is found may be its own. */
  wasLost?: boolean;
  /** Several people at once were refused: they are sent one at a time. */
  isOneByOne?: boolean;
  /** People who were refused alone, one after the other. */
  refusedAlone?: number;
  /** Somebody of the operation was refused alone. */
  hadRefusals?: boolean;
}

/** An answer that does not tell what is true in Microsoft 365. */
export interface Doubt {
  /** `first`: not sent yet, and it may be there from a life that the relay does not remember. */
  why: 'first' | 'lost' | 'conflict' | 'there' | 'missing' | 'denied';
  /** Looks so far that found nothing, and those that were not answered. */
  looks: number;
  unanswered: number;
  error: HallpassError;
  /** Of a conflict: what is taken. */
  conflict?: Conflict | undefined;
  /** Graph's words, of what is denied. */
  words?: string;
}

export class Lanes {
  readonly #waiting = new Map<string, Task[]>();
  readonly #ready: string[] = [];
  #readyAt = 0;
  #parked: { task: Task; until: number }[] = [];
  #open = 0;
  readonly #setBack = new SetBack();
  readonly #notBefore: (operation: Operation) => number;

  /** @param notBefore the time before which an operation should not be tried; 0 for at once */
  constructor(operations: readonly Operation[], notBefore: (operation: Operation) => number = () => 0) {
    this.#notBefore = notBefore;
    for (const [index, operation] of operations.entries()) {
      const lane = specOf(operation.kind).group(operation) === undefined ? `#${index}` : operation.key;
      const tasks = this.#waiting.get(lane);
      const task = { operation, lane, attempts: 0 };
      if (tasks === undefined) {
        this.#waiting.set(lane, [task]);
        this.#ready.push(lane);
      } else tasks.push(task);
    }
    this.#open = operations.length;
  }

  /** Operations that have no final outcome yet. */
  get open(): number {
    return this.#open;
  }

  /** Up to `limit` tasks that may run now, at most one of a lane; their lanes are busy until settled or parked. */
  take(limit: number, now: number): Task[] {
    const back = this.#setBack.look(now);
    if (back > 0) this.#parked = this.#parked.map(({ task, until }) => ({ task, until: until - back }));
    const due = this.#parked.filter((entry) => entry.until <= now);
    if (due.length > 0) this.#parked = this.#parked.filter((entry) => entry.until > now);
    const taken = due.slice(0, limit).map(({ task }) => task);
    for (const { task } of due.slice(limit)) this.#parked.push({ task, until: now });
    while (taken.length < limit && this.#readyAt < this.#ready.length) {
      const lane = this.#ready[this.#readyAt] ?? '';
      this.#readyAt += 1;
      const task = this.#waiting.get(lane)?.shift();
      if (task === undefined) continue;
      const due = this.#notBefore(task.operation);
      if (due > now) this.park(task, due);
      else taken.push(task);
    }
    return taken;
  }

  /** The task has its final outcome: the next one of its lane may run. */
  settle({ lane }: Task): void {
    this.#open -= 1;
    if ((this.#waiting.get(lane)?.length ?? 0) > 0) this.#ready.push(lane);
    else this.#waiting.delete(lane);
  }

  /** The task runs again after `until`; its lane waits with it. */
  park(task: Task, until: number): void {
    this.#parked.push({ task, until });
  }

  /** When the first parked task is due; undefined when none is parked. */
  nextDue(): number | undefined {
    return this.#parked.length === 0 ? undefined : Math.min(...this.#parked.map((entry) => entry.until));
  }
}
