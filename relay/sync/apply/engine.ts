/**
 * Carries out the operations that runs have admitted. Each goes to the desk of its service, several requests in parallel,
 * exactly once as far as Microsoft 365 can tell. Its needs are checked just before: if something is missing and will not
 * come, it is left to the next turn. Meanwhile objects may be planned again.
 */
import type { Operation } from '../../model/operation.ts';
import type { Origin } from '../../schedule/traits.ts';
import type { Backlog } from './backlog.ts';
import { GraphDesk } from './graph-desk.ts';
import type { Desk, RunAccount, Task } from './task.ts';
import { TeamsDesk } from './teams-desk.ts';

/** Plans again while operations are in progress. */
export interface Planner {
  isDue(): boolean;
  /** @returns whether the turn continues; if not, everything unsent is left to the next one */
  plan(): Promise<boolean>;
}

/** If everything that remains waits longer than this, it is left to another turn. */
const patienceMs = 30_000;

export class Engine {
  readonly #backlog: Backlog;
  readonly #planner: Planner;
  readonly #mayWrite: () => boolean;
  readonly #desks: readonly Desk[];
  #changed = Promise.withResolvers<void>();
  #isPlanning = false;
  #isStopping = false;
  /** When the first operation left to another turn is due, milliseconds; undefined if none has a time. */
  dueAt: number | undefined;

  /** @param mayWrite asked before each request; once it says no, everything unsent is left to another turn */
  constructor(backlog: Backlog, planner: Planner, mayWrite: () => boolean) {
    this.#backlog = backlog;
    this.#planner = planner;
    this.#mayWrite = mayWrite;
    this.#desks = [new GraphDesk(backlog.context), new TeamsDesk(backlog.context)];
  }

  /** Admits the operations of a run, possibly none. The run is over when all of them are settled. */
  admit(operations: readonly Operation[], run: RunAccount, origin: Origin): void {
    this.#backlog.admit(operations, run, origin);
    for (const desk of this.#desks) if (desk.expect !== undefined) operations.forEach(desk.expect, desk);
    this.stir();
  }

  /**
   * Returns when nothing is ready or in progress; operations with a long wait are left to another turn.
   *
   * @throws the signal's reason
   */
  async work(): Promise<void> {
    const { signal } = this.#backlog.context;
    const stir = () => this.stir();
    signal.addEventListener('abort', stir);
    await this.#endRuns();
    const workers = this.#desks.flatMap((desk) => Array.from({ length: desk.parallel }, () => this.#worker(desk)));
    await Promise.allSettled([this.#plan(), ...workers]);
    signal.removeEventListener('abort', stir);
    signal.throwIfAborted();
    this.dueAt = await this.#backlog.close(this.#isStopping);
  }

  /** Something has changed: wakes all waiting workers. */
  stir(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #worker(desk: Desk): Promise<void> {
    while (!this.#isOver()) {
      this.#backlog.context.signal.throwIfAborted();
      const changed = this.#changed.promise;
      const { impossible } = this.#backlog;
      const tasks = await this.#choose(desk);
      // Operations that needed those may belong to another desk, whose workers have to be woken.
      if (this.#backlog.impossible > impossible) this.stir();
      if (tasks.length === 0) {
        // The rest may have been dropped.
        if (!this.#isOver()) await this.#idle(changed);
        continue;
      }
      await desk.carryOut(tasks).catch((error: unknown) => this.#break(tasks, error));
      await this.#backlog.noteWaiting().catch((error: unknown) => this.#break(tasks, error));
      await this.#endRuns();
      this.stir();
    }
    this.stir();
  }

  async #plan(): Promise<void> {
    while (!this.#isOver()) {
      this.#backlog.context.signal.throwIfAborted();
      if (this.#isStopping || !this.#planner.isDue()) {
        await this.#idle();
        continue;
      }
      await this.#planNow();
      this.stir();
    }
    this.stir();
  }

  async #planNow(): Promise<void> {
    this.#isPlanning = true;
    try {
      this.#isStopping = !(await this.#planner.plan());
    } catch (error) {
      this.#backlog.context.signal.throwIfAborted();
      // The state of the remaining work is unknown.
      this.#isStopping = true;
      this.#backlog.breakAll(error);
    } finally {
      this.#isPlanning = false;
    }
    await this.#endRuns();
  }

  #isOver(): boolean {
    if (this.#isPlanning || this.#backlog.isUnderWay) return false;
    if (this.#isStopping) return true;
    return !this.#backlog.isReady && this.#nextDue() === undefined && !this.#planner.isDue();
  }

  /** When something is due soon. Longer waits neither hold the turn nor need a timer. */
  #nextDue(): number | undefined {
    const due = this.#backlog.nextDue();
    return due !== undefined && due - this.#now() <= patienceMs ? due : undefined;
  }

  /** What the desk may send, chosen at the moment when the limits allow it. */
  async #choose(desk: Desk): Promise<Task[]> {
    const ready = this.#backlog.ready();
    if (ready === 0) return [];
    const places =
      desk.enter === undefined ? desk.atOnce : await desk.enter(ready, () => this.#backlog.isUrgent(desk.service));
    // At this moment, and not when the run began: it may have waited for the limits past midnight.
    if (!this.#mayWrite()) this.#isStopping = true;
    const tasks = this.#isStopping ? [] : this.#backlog.take(desk.service, places);
    desk.leave?.(places - tasks.length);
    return tasks;
  }

  /** Waits until something has changed or is due. @param changed taken before checking what there is to do */
  async #idle(changed = this.#changed.promise): Promise<void> {
    const { clock, signal } = this.#backlog.context;
    const due = this.#nextDue();
    if (due === undefined) return await changed;
    // An explicit reason: the default is an error with a stack, created at every wake.
    const over = new AbortController();
    const timer = clock.sleep(Math.max(1, due - this.#now()), AbortSignal.any([signal, over.signal]));
    await Promise.race([changed, timer]).finally(() => over.abort('it is over'));
    timer.catch(() => undefined);
  }

  async #endRuns(): Promise<void> {
    if (!this.#isPlanning) await this.#backlog.endRuns(this.#isStopping);
  }

  /** @throws the signal's reason */
  #break(tasks: readonly Task[], error: unknown): void {
    this.#backlog.context.signal.throwIfAborted();
    this.#backlog.break(tasks, error);
  }

  #now(): number {
    return this.#backlog.context.clock.now();
  }
}
