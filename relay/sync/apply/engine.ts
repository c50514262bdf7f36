/**
 * Works off what runs have admitted: whatever the schedule says may be sent goes to the desk of its service, some requests side by
 * side, each operation exactly once as far as Microsoft 365 can tell. Whether what an operation needs is there is checked when its
 * turn comes: what is not there, and will not be, leaves it to the next turn. Meanwhile objects may be planned again.
 */
import { DeletedObjects } from '../../graph/holders.ts';
import type { ObjectKey } from '../../model/keys.ts';
import type { Operation, Plan } from '../../model/operation.ts';
import { namesOfObjects, teamOfClass, unmetNeed, withItsObjects } from '../../operations/needs.ts';
import { isCreation } from '../../operations/registry.ts';
import { newSchedule } from '../../schedule/operations.ts';
import { subtract } from '../../schedule/subtract.ts';
import type { Origin } from '../../schedule/traits.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { TenantScope } from '../../store/store.ts';
import { lostAnswer } from './after-answer.ts';
import type { ApplyContext, Applying } from './applying.ts';
import { GraphDesk } from './graph-desk.ts';
import { Owners } from './owners.ts';
import type { Desk, Ended, RunAccount, Task, Worklist } from './task.ts';
import { TeamsDesk } from './teams-desk.ts';
import { WaitingNotes } from './waiting-notes.ts';

/** Plans again, while operations are under way. */
export interface Planner {
  isDue(): boolean;
  /** @returns whether the turn goes on; otherwise what was not sent is left to the next one */
  plan(): Promise<boolean>;
  /** What an operation is planned for may have to be planned again. */
  touch(operation: Operation): void;
}

/** What is not sent anymore, because its objects are planned again. */
export interface Withdrawn {
  operation: Operation;
  run: RunAccount;
  origin: Origin;
}

/** A longer wait lets go of whatever can do without. */
const shortMs = 5000;
/** When all that is left waits for longer than this, it is left to another turn. */
const patienceMs = 30_000;

export class Engine implements Worklist {
  readonly #context: Applying;
  readonly #planner: Planner;
  readonly #schedule = newSchedule();
  /** Those that were given out and are not settled, by their number in the schedule. */
  readonly #tasks = new Map<number, Task>();
  /** By group. */
  readonly #runs: RunAccount[] = [];
  /** Those that are over, or broke. */
  readonly #ended = new Set<RunAccount>();
  readonly #desks: readonly Desk[];
  readonly #notes: WaitingNotes;
  #changed = Promise.withResolvers<void>();
  #isPlanning = false;
  #isStopping = false;
  /** What may have been sent while its objects were planned again: they are once more when it is settled. */
  readonly #staying = new Set<number>();
  /** Operations that may have been carried out: the next turn settles that. */
  readonly #inDoubt: Operation[] = [];
  /** When the first of what was left to another turn is due, milliseconds; undefined where nothing says so. */
  dueAt: number | undefined;

  constructor(context: ApplyContext, planner: Planner) {
    this.#context = {
      ...context,
      owners: new Owners(context),
      deleted: new DeletedObjects(context.client),
      isTeamComing: ({ key }) => this.#schedule.isComing(teamOfClass(key)),
      isYoung: (operation) => namesOfObjects(operation).some((name) => this.#schedule.madeAt(name) !== undefined),
      worklist: this,
    };
    this.#planner = planner;
    this.#notes = new WaitingNotes(context, {
      schedule: this.#schedule,
      taskOf: (id) => this.#tasks.get(id),
      operationOf: (id) => this.#operationOf(id),
      runOf: (id) => this.#runs[this.#schedule.groupOf(id)],
    });
    this.#desks = [new GraphDesk(this.#context), new TeamsDesk(this.#context)];
  }

  /** Takes in what a run may carry out, be it nothing: it is over when all of that is settled. */
  admit(operations: readonly Operation[], run: RunAccount, origin: Origin): void {
    this.#schedule.add(operations, { origin, group: this.#groupOf(run) });
    for (const desk of this.#desks) if (desk.expect !== undefined) operations.forEach(desk.expect, desk);
    this.stir();
  }

  /** Takes in creations of a killed run, which are looked up beside everything else. @param entry of the journal */
  lookUp(creations: readonly { operation: Operation; entry: JournalEntry }[], run: RunAccount): void {
    const operations = creations.map(({ operation }) => operation);
    const first = this.#schedule.add(operations, { origin: 'load', group: this.#groupOf(run), wasSent: true });
    for (const [index, { operation, entry }] of creations.entries()) {
      const doubt = { why: 'lost', looks: 0, unanswered: 0, error: lostAnswer(operation) } as const;
      const id = first + index;
      this.#tasks.set(id, { id, run, operation, entry, attempts: 0, doubt, wasLost: true, isOfKilledRun: true });
    }
  }

  /** The operation that is about to create the object, unless it is withdrawn. */
  creationOf(key: ObjectKey): Operation | undefined {
    for (const id of this.#schedule.bringersOf(key)) {
      const operation = this.#operationOf(id);
      if (operation !== undefined && isCreation(operation)) return operation;
    }
    return undefined;
  }

  /** What the guard counts of what was admitted and is not recorded as done: it may be carried out, or may have been. */
  counted(): Operation[] {
    const isCounted = ({ passedIn, approvedBy }: Operation) => passedIn !== undefined || approvedBy !== undefined;
    const counted = this.#inDoubt.filter(isCounted);
    for (const id of this.#schedule.tasks()) {
      const operation = this.#operationOf(id);
      if (operation === undefined || !isCounted(operation)) continue;
      if (this.#schedule.stateOf(id) !== 'withdrawn') counted.push(operation);
    }
    return counted;
  }

  /**
   * These objects are planned again: what was not sent for them is not sent anymore, but what waits for it waits on, until
   * {@link discard}.
   */
  withdraw(keys: readonly ObjectKey[]): { withdrawn: Withdrawn[]; stays: Operation[] } {
    const { withdrawn, stays } = this.#schedule.withdraw(keys);
    for (const id of stays) this.#staying.add(id);
    return {
      withdrawn: withdrawn.flatMap((id) => {
        const [operation, run] = [this.#operationOf(id), this.#runs[this.#schedule.groupOf(id)]];
        return operation === undefined || run === undefined
          ? []
          : [{ operation, run, origin: this.#schedule.originOf(id) }];
      }),
      stays: stays.flatMap((id) => this.#operationOf(id) ?? []),
    };
  }

  /** The plan without what is under way, or may be done already. @param stays from {@link withdraw} */
  withoutStaying(plan: Plan, stays: readonly Operation[]): Plan {
    return subtract(plan, [...stays, ...this.#inDoubt.filter(isCreation)]);
  }

  /** What takes the place of what was withdrawn is in. */
  discard(): void {
    this.#schedule.discard();
  }

  /**
   * Returns when nothing is ready or under way anymore, and what waits does so for long: that is left.
   *
   * @throws the signal's reason
   */
  async work(): Promise<void> {
    const { signal } = this.#context;
    const stir = () => this.stir();
    signal.addEventListener('abort', stir);
    await this.#endRuns();
    const workers = this.#desks.flatMap((desk) => Array.from({ length: desk.parallel }, () => this.#worker(desk)));
    await Promise.allSettled([this.#plan(), ...workers]);
    signal.removeEventListener('abort', stir);
    signal.throwIfAborted();
    this.#leaveAll();
    await this.#endRuns();
    await this.#notes.close();
  }

  ends(scope: TenantScope, ended: readonly Ended[]): Promise<void> {
    return this.#notes.end(scope, ended);
  }

  settle(task: Task, isDone: boolean): void {
    this.#tasks.delete(task.id);
    this.#notes.isOver(task.id);
    this.#schedule.settle(task.id, isDone, this.#now());
    if (this.#staying.delete(task.id)) this.#planner.touch(task.operation);
  }

  leaveInDoubt(task: Task): void {
    this.#inDoubt.push(task.operation);
    this.settle(task, false);
  }

  giveUp(task: Task): void {
    this.#tasks.delete(task.id);
    this.#staying.delete(task.id);
    this.#notes.isOver(task.id);
    this.#schedule.retract(task.id);
    this.#planner.touch(task.operation);
  }

  goOn(task: Task, waitMs: number): void {
    if (waitMs > shortMs) this.setAside(task, waitMs);
    else if (this.#isBroken(task)) this.settle(task, false);
    else this.#schedule.pause(task.id, this.#now() + waitMs);
  }

  setAside(task: Task, waitMs: number): void {
    if (this.#isBroken(task)) this.settle(task, false);
    else {
      this.#schedule.setAside(task.id, this.#now() + waitMs);
      this.#notes.isAside(task.id, waitMs);
    }
  }

  #isBroken({ run }: Task): boolean {
    return this.#ended.has(run);
  }

  /** Something has changed: everybody who waits looks again. */
  stir(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #worker(desk: Desk): Promise<void> {
    while (!this.#isOver()) {
      this.#context.signal.throwIfAborted();
      const changed = this.#changed.promise;
      const tasks = await this.#choose(desk);
      if (tasks.length === 0) {
        // What was left to be chosen may have come to nothing.
        if (!this.#isOver()) await this.#idle(changed);
        continue;
      }
      await desk.carryOut(tasks).catch((error: unknown) => this.#break(tasks, error));
      await this.#notes.writeIfDue().catch((error: unknown) => this.#break(tasks, error));
      await this.#endRuns();
      this.stir();
    }
    this.stir();
  }

  async #plan(): Promise<void> {
    while (!this.#isOver()) {
      this.#context.signal.throwIfAborted();
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
      this.#context.signal.throwIfAborted();
      // Nothing is known anymore of what there is to do.
      this.#isStopping = true;
      for (const run of this.#runs) this.#breakRun(run, error);
    } finally {
      this.#isPlanning = false;
    }
    await this.#endRuns();
  }

  #isOver(): boolean {
    if (this.#isPlanning || this.#schedule.count('underWay') > 0) return false;
    if (this.#isStopping) return true;
    return this.#schedule.count('ready') === 0 && this.#nextDue() === undefined && !this.#planner.isDue();
  }

  /** When something is due soon. What waits for longer neither holds the turn nor is worth a timer. */
  #nextDue(): number | undefined {
    const due = this.#schedule.nextDue();
    return due !== undefined && due - this.#now() <= patienceMs ? due : undefined;
  }

  /** What the desk may send, chosen in the moment in which the limits allow it. */
  async #choose(desk: Desk): Promise<Task[]> {
    const ready = this.#schedule.ready(this.#now());
    if (ready === 0) return [];
    const places = desk.enter === undefined ? desk.atOnce : await desk.enter(ready);
    const tasks = this.#take(desk, places);
    desk.leave?.(places - tasks.length);
    return tasks;
  }

  /** What the desk may send now, as far as what it needs is there. */
  #take({ service }: Desk, places: number): Task[] {
    const tasks: Task[] = [];
    while (tasks.length < places && !this.#isStopping) {
      const ids = this.#schedule.take(service, places - tasks.length, this.#now());
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
    task.run.left(operation, { isWaiting: false });
    this.#notes.isMissing(task, unmetNeed(operation, this.#context));
    this.settle(task, false);
    return false;
  }

  #addRest({ id, run }: Task, operation: Operation): void {
    if (!('people' in operation)) return;
    const { accounts } = this.#context;
    const people = operation.people.filter((key) => !accounts.has(key) && this.#schedule.isComing(key));
    if (people.length > 0) this.admit([{ ...operation, people }], run, this.#schedule.originOf(id));
  }

  /** Waits until something has changed, or is due. @param changed from before it was looked what there is to do */
  async #idle(changed = this.#changed.promise): Promise<void> {
    const { clock, signal } = this.#context;
    const due = this.#nextDue();
    if (due === undefined) return await changed;
    // A reason of our own: the default one is an error with a stack, made at every wake.
    const over = new AbortController();
    const timer = clock.sleep(Math.max(1, due - this.#now()), AbortSignal.any([signal, over.signal]));
    await Promise.race([changed, timer]).finally(() => over.abort('it is over'));
    timer.catch(() => undefined);
  }

  async #endRuns(): Promise<void> {
    if (this.#isPlanning) return;
    for (const [group, run] of this.#runs.entries()) {
      if (this.#schedule.open(group) > 0 || this.#ended.has(run)) continue;
      this.#ended.add(run);
      const waiting = this.#notes.leftBy(run);
      await run.over({ isReplaced: this.#isStopping, waiting }).catch((error: unknown) => run.broke(error));
    }
  }

  /** One failure ends the runs whose operations were concerned; the others go on. @throws the signal's reason */
  #break(tasks: readonly Task[], error: unknown): void {
    this.#context.signal.throwIfAborted();
    for (const task of tasks) if (this.#schedule.stateOf(task.id) === 'underWay') this.leaveInDoubt(task);
    for (const run of new Set(tasks.map((task) => task.run))) this.#breakRun(run, error);
  }

  #breakRun(run: RunAccount, error: unknown): void {
    if (this.#ended.has(run)) return;
    this.#ended.add(run);
    this.#schedule.dropGroup(this.#groupOf(run));
    run.broke(error);
  }

  #leaveAll(): void {
    this.#notes.leaveAll();
    for (const id of [...this.#schedule.tasks()]) {
      const isWaiting = this.#schedule.stateOf(id) === 'aside';
      const due = this.#schedule.dueAt(id);
      if (isWaiting) this.dueAt = Math.min(due, this.dueAt ?? due);
      const operation = this.#operationOf(id);
      if (operation !== undefined) this.#runs[this.#schedule.groupOf(id)]?.left(operation, { isWaiting });
      this.#schedule.settle(id, false, this.#now());
    }
  }

  #operationOf(id: number): Operation | undefined {
    return this.#tasks.get(id)?.operation ?? this.#schedule.itemOf(id);
  }

  #groupOf(run: RunAccount): number {
    const known = this.#runs.indexOf(run);
    return known === -1 ? this.#runs.push(run) - 1 : known;
  }

  #now(): number {
    return this.#context.clock.now();
  }
}
