/**
 * Works off what runs have admitted: whatever the schedule says may be sent goes to the desk of its service, some requests side by
 * side, each operation exactly once as far as Microsoft 365 can tell. Whether what an operation needs is there is looked at when its
 * turn comes: what is not there, and will not be, leaves it to the next run.
 */
import type { Clock } from '../../../shared/clock.ts';
import { DeletedObjects } from '../../graph/holders.ts';
import type { Operation } from '../../model/operation.ts';
import { namesOfObjects, withItsObjects } from '../../operations/needs.ts';
import { newSchedule } from '../../schedule/operations.ts';
import type { Origin } from '../../schedule/traits.ts';
import type { ApplyContext, Applying } from './applying.ts';
import { GraphDesk } from './graph-desk.ts';
import { Owners } from './owners.ts';
import type { Desk, RunAccount, Task, Worklist } from './task.ts';
import { TeamsDesk } from './teams-desk.ts';

/** A longer wait lets go of whatever can do without. */
const shortMs = 5000;
/** When all that is left waits for longer than this, it is left to another turn. */
const patienceMs = 30_000;

export class Engine implements Worklist {
  readonly #context: Applying;
  readonly #schedule = newSchedule();
  /** Those that were given out and are not settled, by their number in the schedule. */
  readonly #tasks = new Map<number, Task>();
  /** By group. */
  readonly #runs: RunAccount[] = [];
  /** Those that are over, or broke. */
  readonly #ended = new Set<RunAccount>();
  readonly #desks: readonly Desk[];
  #changed = Promise.withResolvers<void>();

  constructor(context: ApplyContext) {
    this.#context = {
      ...context,
      owners: new Owners(context),
      deleted: new DeletedObjects(context.client),
      isYoung: (operation) => namesOfObjects(operation).some((name) => this.#schedule.madeAt(name) !== undefined),
      worklist: this,
    };
    this.#desks = [new GraphDesk(this.#context), new TeamsDesk(this.#context)];
  }

  /** Takes in what a run may carry out, be it nothing: it is over when all of that is settled. */
  admit(operations: readonly Operation[], run: RunAccount, origin: Origin): void {
    this.#schedule.add(operations, { origin, group: this.#groupOf(run) });
    for (const desk of this.#desks) if (desk.expect !== undefined) operations.forEach(desk.expect, desk);
    this.#stir();
  }

  /** Returns when nothing is ready or under way anymore, and what waits does so for long: it is left. @throws the signal's reason */
  async work(): Promise<void> {
    const { signal } = this.#context;
    const wake = () => this.#stir();
    signal.addEventListener('abort', wake);
    await this.#endRuns();
    const workers = this.#desks.flatMap((desk) => Array.from({ length: desk.parallel }, () => this.#worker(desk)));
    await Promise.allSettled(workers);
    signal.removeEventListener('abort', wake);
    signal.throwIfAborted();
    for (const id of [...this.#schedule.tasks()]) {
      const operation = this.#tasks.get(id)?.operation ?? this.#schedule.itemOf(id);
      const isWaiting = this.#schedule.stateOf(id) === 'aside';
      if (operation !== undefined) this.#runs[this.#schedule.groupOf(id)]?.left(operation, { isWaiting });
      this.#schedule.settle(id, false, this.#now());
    }
    await this.#endRuns();
  }

  settle({ id }: Task, isDone: boolean): void {
    this.#tasks.delete(id);
    this.#schedule.settle(id, isDone, this.#now());
  }

  goOn(task: Task, waitMs: number): void {
    if (waitMs > shortMs) this.setAside(task, waitMs);
    else this.#schedule.pause(task.id, this.#now() + waitMs);
  }

  setAside({ id }: Task, waitMs: number): void {
    this.#schedule.setAside(id, this.#now() + waitMs);
  }

  async #worker(desk: Desk): Promise<void> {
    const { signal } = this.#context;
    while (!this.#isOver()) {
      signal.throwIfAborted();
      const tasks = this.#take(desk);
      if (tasks.length === 0) {
        await this.#idle();
        continue;
      }
      try {
        await desk.carryOut(tasks);
      } catch (error) {
        this.#break(tasks, error);
      }
      await this.#endRuns();
      this.#stir();
    }
    this.#stir();
  }

  async #endRuns(): Promise<void> {
    for (const [group, run] of this.#runs.entries()) {
      if (this.#schedule.open(group) > 0 || this.#ended.has(run)) continue;
      this.#ended.add(run);
      await run.over().catch((error: unknown) => run.broke(error));
    }
  }

  #isOver(): boolean {
    const isBusy = this.#schedule.count('underWay') + this.#schedule.count('ready') > 0;
    return !isBusy && this.#nextDue() === undefined;
  }

  /** When something is due soon. What waits for longer neither holds the turn nor is worth a timer. */
  #nextDue(): number | undefined {
    const due = this.#schedule.nextDue();
    return due !== undefined && due - this.#now() <= patienceMs ? due : undefined;
  }

  /** What the desk may send now, as far as what it needs is there. */
  #take({ service, atOnce }: Desk): Task[] {
    const tasks: Task[] = [];
    while (tasks.length < atOnce) {
      const ids = this.#schedule.take(service, atOnce - tasks.length, this.#now());
      if (ids.length === 0) break;
      for (const id of ids) {
        const task = this.#taskOf(id);
        if (task !== undefined && this.#isPossible(task)) tasks.push(task);
      }
    }
    return tasks;
  }

  #taskOf(id: number): Task | undefined {
    const known = this.#tasks.get(id);
    const [operation, run] = [this.#schedule.itemOf(id), this.#runs[this.#schedule.groupOf(id)]];
    if (known !== undefined || operation === undefined || run === undefined) return known;
    const task = { id, run, operation, attempts: 0 };
    this.#tasks.set(id, task);
    return task;
  }

  /** Of several people, those whose account is still to come follow as an operation of their own. */
  #isPossible(task: Task): boolean {
    if (task.entry !== undefined || task.doubt !== undefined) return true;
    const { operation } = task;
    const possible = withItsObjects(operation, this.#context);
    if (possible !== undefined) {
      task.operation = possible;
      this.#addRest(task, operation);
      return true;
    }
    this.#tasks.delete(task.id);
    if (this.#schedule.wait(task.id)) return false;
    this.settle(task, false);
    task.run.left(operation, { isWaiting: false });
    return false;
  }

  #addRest({ id, run }: Task, operation: Operation): void {
    if (!('people' in operation)) return;
    const { accounts } = this.#context;
    const people = operation.people.filter((key) => !accounts.has(key) && this.#schedule.isComing(key));
    if (people.length > 0) this.admit([{ ...operation, people }], run, this.#schedule.originOf(id));
  }

  /** One failure ends the runs whose operations were concerned; the others go on. @throws the error, where all was aborted */
  #break(tasks: readonly Task[], error: unknown): void {
    this.#context.signal.throwIfAborted();
    for (const task of tasks) this.settle(task, false);
    for (const run of new Set(tasks.map((task) => task.run))) {
      this.#ended.add(run);
      this.#schedule.dropGroup(this.#groupOf(run));
      run.broke(error);
    }
  }

  /** Waits until something has changed, or is due. */
  async #idle(): Promise<void> {
    const { clock, signal } = this.#context;
    const due = this.#nextDue();
    const over = new AbortController();
    const changed = this.#changed.promise;
    const timer = due === undefined ? changed : sleepUntil(due, clock, AbortSignal.any([signal, over.signal]));
    await Promise.race([changed, timer]).finally(() => over.abort());
    timer.catch(() => undefined);
  }

  #stir(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #groupOf(run: RunAccount): number {
    const known = this.#runs.indexOf(run);
    return known === -1 ? this.#runs.push(run) - 1 : known;
  }

  #now(): number {
    return this.#context.clock.now();
  }
}

function sleepUntil(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return clock.sleep(Math.max(1, time - clock.now()), signal);
}
