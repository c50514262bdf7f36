/**
 * The operations that runs have admitted and that are not settled. It hands out those that may be sent, and takes back
 * those that the desks are done with.
 */
import { DeletedObjects } from '../../graph/holders.ts';
import type { Operation } from '../../model/operation.ts';
import { accountOf } from '../../model/person-key.ts';
import { namesOfObjects, teamOfClass, unmetNeed, withItsObjects } from '../../operations/needs.ts';
import { sparing } from '../../plan/exempt.ts';
import { newSchedule } from '../../schedule/operations.ts';
import type { Origin, Service } from '../../schedule/traits.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { TenantScope } from '../../store/store.ts';
import { lostAnswer } from './after-answer.ts';
import type { ApplyContext, Applying } from './applying.ts';
import { OpenRuns } from './open-runs.ts';
import { Owners } from './owners.ts';
import { Replanning } from './replanning.ts';
import type { Ended, RunAccount, Task, Worklist } from './task.ts';
import { WaitingNotes } from './waiting-notes.ts';

/** A wait longer than this releases operations that do not strictly need the waiting one. */
const shortMs = 5000;

export class Backlog implements Worklist {
  /** For desks. */
  readonly context: Applying;
  readonly #touch: (operation: Operation) => void;
  readonly #schedule = newSchedule();
  /** Tasks handed out and not settled, by their number in the schedule. */
  readonly #tasks = new Map<number, Task>();
  readonly #runs = new OpenRuns((group) => this.#schedule.open(group));
  #impossible = 0;
  readonly #notes: WaitingNotes;
  /** For replanning. */
  readonly replanning: Replanning;

  /** @param touch called with an operation whose objects may have to be planned again */
  constructor(context: ApplyContext, touch: (operation: Operation) => void) {
    this.context = {
      ...context,
      owners: new Owners(context),
      deleted: new DeletedObjects(context.client),
      isTeamComing: ({ key }) => this.#schedule.isComing(teamOfClass(key)),
      isYoung: (operation) => namesOfObjects(operation).some((name) => this.#schedule.madeAt(name) !== undefined),
      worklist: this,
    };
    this.#touch = touch;
    const view = {
      schedule: this.#schedule,
      taskOf: (id: number) => this.#tasks.get(id),
      operationOf: (id: number) => this.#operationOf(id),
      runOf: (id: number) => this.#runs.of(this.#schedule.groupOf(id)),
    };
    this.#notes = new WaitingNotes(context, view);
    this.replanning = new Replanning(view);
  }

  /** Admits the operations of a run, possibly none. The run is over when all of them are settled. */
  admit(operations: readonly Operation[], run: RunAccount, origin: Origin): void {
    this.#schedule.add(operations, { origin, group: this.#runs.groupOf(run) });
  }

  /**
   * Admits creations of a killed run, which are looked up in parallel with everything else. @param entry of the journal
   */
  lookUp(creations: readonly { operation: Operation; entry: JournalEntry }[], run: RunAccount): void {
    const operations = creations.map(({ operation }) => operation);
    const first = this.#schedule.add(operations, { origin: 'load', group: this.#runs.groupOf(run), wasSent: true });
    for (const [index, { operation, entry }] of creations.entries()) {
      const doubt = { why: 'lost', looks: 0, unanswered: 0, error: lostAnswer(operation) } as const;
      const id = first + index;
      this.#tasks.set(id, { id, run, operation, entry, attempts: 0, doubt, wasLost: true, isOfKilledRun: true });
    }
  }

  get isUnderWay(): boolean {
    return this.#schedule.count('underWay') > 0;
  }

  get isReady(): boolean {
    return this.#schedule.count('ready') > 0;
  }

  /** How many operations may be sent now. */
  ready(): number {
    return this.#schedule.ready(this.#now());
  }

  /** Whether an edit is among them. */
  isUrgent(service: Service): boolean {
    return this.#schedule.isUrgent(service, this.#now());
  }

  /** When the first operation that waits for a time is due, milliseconds; undefined if none does. */
  nextDue(): number | undefined {
    return this.#schedule.nextDue();
  }

  /** Takes operations for a service that may be sent now, and whose needs are met. @param places how many at most */
  take(service: Service, places: number): Task[] {
    const tasks: Task[] = [];
    while (tasks.length < places) {
      const ids = this.#schedule.take(service, places - tasks.length, this.#now());
      if (ids.length === 0) break;
      for (const id of ids) {
        const task = this.#taskOf(id);
        if (task !== undefined && this.#isPossible(task)) tasks.push(task);
      }
    }
    return tasks;
  }

  /**
   * How many operations were dropped so far because what they need is missing: others that need them may be ready now.
   */
  get impossible(): number {
    return this.#impossible;
  }

  ends(scope: TenantScope, ended: readonly Ended[]): Promise<void> {
    return this.#notes.end(scope, ended);
  }

  settle(task: Task, isDone: boolean): void {
    this.#tasks.delete(task.id);
    this.#notes.isOver(task.id);
    this.#schedule.settle(task.id, isDone, this.#now());
    if (this.replanning.leaves(task.id)) this.#touch(task.operation);
  }

  leaveInDoubt(task: Task): void {
    this.replanning.leaveInDoubt(task.operation);
    this.settle(task, false);
  }

  giveUp(task: Task): void {
    this.#tasks.delete(task.id);
    this.replanning.leaves(task.id);
    this.#notes.isOver(task.id);
    this.#schedule.retract(task.id);
    this.#touch(task.operation);
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

  /** Records what waits, if it is time. @throws HallpassError if the store fails */
  async noteWaiting(): Promise<void> {
    await this.#notes.writeIfDue();
  }

  /** Ends the runs without open operations. @param isReplaced see {@link RunAccount.over} */
  async endRuns(isReplaced: boolean): Promise<void> {
    for (const run of this.#runs.takeSettled()) {
      const waiting = this.#notes.leftBy(run);
      await run.over({ isReplaced, waiting }).catch((error: unknown) => run.broke(error));
    }
  }

  /** One failure ends the runs whose operations it affects; the others continue. */
  break(tasks: readonly Task[], error: unknown): void {
    for (const task of tasks) if (this.#schedule.stateOf(task.id) === 'underWay') this.leaveInDoubt(task);
    for (const run of new Set(tasks.map((task) => task.run))) this.#breakRun(run, error);
  }

  breakAll(error: unknown): void {
    for (const run of this.#runs.all) this.#breakRun(run, error);
  }

  /**
   * Stops: open operations are left to another turn, and all runs are over.
   *
   * @param isReplaced see {@link RunAccount.over}
   * @returns when the first remaining operation is due, milliseconds; undefined if none has a time
   */
  async close(isReplaced: boolean): Promise<number | undefined> {
    const dueAt = this.#leaveAll();
    await this.endRuns(isReplaced);
    await this.#notes.close();
    return dueAt;
  }

  #isBroken({ run }: Task): boolean {
    return this.#runs.isEnded(run);
  }

  #taskOf(id: number): Task | undefined {
    const known = this.#tasks.get(id);
    const [operation, run] = [this.#schedule.itemOf(id), this.#runs.of(this.#schedule.groupOf(id))];
    if (known !== undefined || operation === undefined || run === undefined) return known;
    const task = { id, run, operation, attempts: 0 };
    this.#tasks.set(id, task);
    return task;
  }

  /** People whose account does not exist yet follow as a separate operation. */
  #isPossible(task: Task): boolean {
    if (task.entry !== undefined || task.doubt !== undefined) return true;
    const { operation } = task;
    const possible = this.#spared(withItsObjects(operation, this.context));
    if (possible !== undefined) {
      task.operation = possible;
      this.#addRest(task, operation);
      return true;
    }
    this.#tasks.delete(task.id);
    if (this.#schedule.wait(task.id)) return false;
    task.run.left(operation, { isWaiting: false });
    this.#impossible += 1;
    if (withItsObjects(operation, this.context) === undefined) {
      this.#notes.isMissing(task, unmetNeed(operation, this.context));
    }
    this.settle(task, false);
    return false;
  }

  /** Without those whose account turned out to be exempt: a creation may have found it. The next plan leaves them out. */
  #spared(operation: Operation | undefined): Operation | undefined {
    const { exempt, accounts } = this.context;
    if (operation === undefined || exempt.isEmpty) return operation;
    return sparing(operation, (who) => exempt.has(accountOf(who, accounts) ?? ''));
  }

  #addRest({ id, run }: Task, operation: Operation): void {
    if (!('people' in operation)) return;
    const { accounts } = this.context;
    const others = operation.people.filter((key) => !accounts.has(key));
    const people = others.filter((key) => this.#schedule.isComing(key));
    const gone = others.filter((key) => !this.#schedule.isComing(key));
    if (gone.length > 0) this.#notes.areLeftOut(run, operation, gone);
    if (people.length > 0) this.admit([{ ...operation, people }], run, this.#schedule.originOf(id));
  }

  #breakRun(run: RunAccount, error: unknown): void {
    if (!this.#runs.end(run)) return;
    this.#schedule.dropGroup(this.#runs.groupOf(run));
    run.broke(error);
  }

  #leaveAll(): number | undefined {
    let first: number | undefined;
    this.#notes.leaveAll();
    for (const id of [...this.#schedule.tasks()]) {
      const isWaiting = this.#schedule.stateOf(id) === 'aside';
      const due = this.#schedule.dueAt(id);
      if (isWaiting) first = Math.min(due, first ?? due);
      const operation = this.#operationOf(id);
      if (operation !== undefined) this.#runs.of(this.#schedule.groupOf(id))?.left(operation, { isWaiting });
      this.#schedule.settle(id, false, this.#now());
    }
    return first;
  }

  #operationOf(id: number): Operation | undefined {
    return this.#tasks.get(id)?.operation ?? this.#schedule.itemOf(id);
  }

  #now(): number {
    return this.context.clock.now();
  }
}
