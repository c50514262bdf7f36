/**
 * What is to be done for a tenant, and what of it may be sent now. Nothing waits for a stage: tasks.ts has the states of a task.
 *
 * A task waits while somebody is about to bring about what it needs, whether that succeeds or not. The caller checks each task that it
 * takes: if what it needs is not there, it settles the task or lets it wait again ({@link Schedule.wait}). So the schedule knows
 * nothing of what its items are, and a task that is released too early costs one check.
 *
 * Tasks are numbers that are never used again. 400,000 of them that wait for 1.2 million things in all take some 60 MB besides their
 * items, and every step takes O(log n) for each task that it concerns.
 */
import { Column } from './column.ts';
import { Ready } from './ready.ts';
import { Tasks } from './tasks.ts';
import { type Origin, type Service, services, type Traits } from './traits.ts';

/** More than any rank: among those queued for a lane, edits go first. */
const afterEdits = 256;

export class Schedule<T> extends Tasks<T> {
  readonly #settleMs: readonly number[];
  /** Whether it was given out, and may have been sent. */
  readonly #wasSent = new Column('byte');
  /** Those that wait for what it brings about, when it was released. */
  readonly #weight = new Column('int');
  readonly #ready = services.map(() => new Ready(this.#weight));
  #withdrawn: number[] = [];

  readonly #isQueued = (task: number) => this.is(task, 'queued');
  readonly #isReady = (task: number, isEdit: boolean) =>
    this.is(task, 'ready') && (this.isEdit.at(task) === 1) === isEdit;

  /** @param settleMs how long what was made is left alone, by the service of the task that needs it, milliseconds */
  constructor(traitsOf: (item: T) => Traits, settleMs: Readonly<Record<Service, number>>) {
    super(traitsOf);
    this.#settleMs = services.map((service) => settleMs[service]);
  }

  /**
   * Takes items in. What they need of each other is looked at when all are in: their order says only who is older.
   *
   * @param origin `load`: what there was to do when the turn began; `edit`: what was asked for since, which goes first
   * @param group what is counted together, see {@link open}
   * @param wasSent whether they were sent before, and their answers lost: nothing waits for them that can do without
   * @returns the first of the tasks, which follow one another
   */
  add(
    items: readonly T[],
    { origin, group, wasSent = false }: { origin: Origin; group: number; wasSent?: boolean },
  ): number {
    const first = this.size;
    for (const item of items) this.append(item, origin, group);
    const added = items.map((_item, index) => first + index);
    for (const task of wasSent ? added : []) {
      this.#wasSent.set(task, 1);
      this.#noteAside(task);
    }
    for (const task of added) this.#arm(task);
    for (const task of added) if (this.needs.isMet(task)) this.#release(task);
    return first;
  }

  /**
   * Gives out up to so many tasks that may be sent now, no two of one lane. Edits take turns with the others while there are both.
   * What most others wait for goes first, and then the oldest.
   */
  take(service: Service, limit: number, now: number): number[] {
    this.#comeDue(now);
    const ready = this.#ready[services.indexOf(service)];
    const taken: number[] = [];
    while (taken.length < limit) {
      const task = ready?.next(this.#isReady);
      if (task === undefined) break;
      if (!this.#begin(task, now)) continue;
      ready?.took();
      taken.push(task);
    }
    return taken;
  }

  /** How many may be sent now, apart from their lanes. */
  ready(now: number): number {
    this.#comeDue(now);
    return this.count('ready');
  }

  /** Whether an edit is among them. */
  isUrgent(service: Service, now: number): boolean {
    this.#comeDue(now);
    return this.#ready[services.indexOf(service)]?.hasEdit(this.#isReady) === true;
  }

  /** It is done or given up: nothing waits for it any longer. @param isDone whether what it brings about exists now */
  settle(task: number, isDone: boolean, now: number): void {
    this.#leaveLane(task);
    this.#end(task, isDone ? now : undefined);
  }

  /** It is retried soon: its lane and its dependents keep waiting. */
  pause(task: number, until: number): void {
    this.#goOn(task, 'paused', until);
  }

  /** It is retried later: its lane is freed, and tasks that do not strictly need it stop waiting. */
  setAside(task: number, until: number): void {
    this.#leaveLane(task);
    this.#goOn(task, 'aside', until);
    this.#noteAside(task);
  }

  /** It was given out, and what it is planned for is planned again: as if {@link withdraw} had met it before. */
  retract(task: number): void {
    this.become(task, 'withdrawn');
    this.#leaveLane(task);
    this.#withdrawn.push(task);
  }

  /**
   * It was given out, and what it needs is not there: it waits until any of those are over who bring that about.
   *
   * @returns false where nobody does; it is still given out then
   */
  wait(task: number): boolean {
    if (!this.needs.waitForAny(task, this.needsOf(task))) return false;
    this.#leaveLane(task);
    this.#wasSent.set(task, 0);
    this.become(task, 'waiting');
    return true;
  }

  /**
   * These keys are planned again: what was not sent is given out no more. It is still waited for, until {@link discard}.
   *
   * @returns what is withdrawn, and what stays because it may have been sent
   */
  withdraw(keys: Iterable<string>): { withdrawn: number[]; stays: number[] } {
    const withdrawn: number[] = [];
    const stays: number[] = [];
    for (const key of keys) {
      this.planned.sift(this.idOf(key), (task) => {
        if (this.is(task, 'over')) return false;
        if (this.is(task, 'withdrawn')) return true;
        if (this.#wasSent.at(task) === 1) stays.push(task);
        else {
          this.retract(task);
          withdrawn.push(task);
        }
        return true;
      });
    }
    return { withdrawn, stays };
  }

  /** The replacements of the withdrawn tasks have been added. */
  discard(): void {
    const withdrawn = this.#withdrawn;
    this.#withdrawn = [];
    for (const task of withdrawn) if (this.is(task, 'withdrawn')) this.#end(task, undefined);
  }

  /** Ends all tasks of a group, except those in progress, which the caller settles. */
  dropGroup(group: number): void {
    for (const task of this.tasks()) {
      if (this.groupOf(task) === group && !this.is(task, 'underWay')) this.settle(task, false, 0);
    }
  }

  #noteAside(task: number): void {
    for (const free of this.needs.setAside(task, this.brings.at(task))) this.#release(free);
  }

  /** @returns false where its lane is taken, or what it needs was made a moment ago */
  #begin(task: number, now: number): boolean {
    const settled = this.#wasSent.at(task) === 1 ? 0 : this.#settledAt(task);
    if (settled > now) {
      this.#goOn(task, 'settling', settled);
      this.#leaveLane(task);
      return false;
    }
    const lane = this.lane.at(task);
    if (!this.lanes.isFreeFor(task, lane)) {
      this.become(task, 'queued');
      this.lanes.queue(task, lane, this.rank.at(task) + (this.isEdit.at(task) === 1 ? 0 : afterEdits));
      return false;
    }
    this.lanes.hold(task, lane);
    this.#wasSent.set(task, 1);
    this.become(task, 'underWay');
    return true;
  }

  /** When its needs have existed for long enough. */
  #settledAt(task: number): number {
    let latest = 0;
    const { needs = [], follows = [] } = this.traitsOf(task) ?? {};
    for (const name of needs) if (!follows.includes(name)) latest = Math.max(latest, this.madeAt(name) ?? 0);
    return latest === 0 ? 0 : latest + (this.#settleMs[this.service.at(task)] ?? 0);
  }

  /** At a time. */
  #goOn(task: number, state: 'settling' | 'paused' | 'aside', at: number): void {
    this.become(task, state);
    this.timed.push(task, at);
  }

  /** Makes it wait for everything on its way. */
  #arm(task: number): void {
    const awaited = this.needs.waitForAll(task, this.needsOf(task));
    if (this.isEdit.at(task) === 1) for (const thing of awaited) this.#hurry(thing);
  }

  /** An edit waits for it, so the tasks that bring it about count as edits, and those that they need. */
  #hurry(thing: number): void {
    for (const task of this.things.bringersOf(thing)) {
      if (this.isEdit.at(task) === 1) continue;
      this.isEdit.set(task, 1);
      if (this.is(task, 'ready') || this.is(task, 'queued')) this.#makeReady(task);
      for (const need of this.needsOf(task)) this.#hurry(need);
    }
  }

  #release(task: number): void {
    this.#weight.set(task, this.things.waitersOf(this.brings.at(task)));
    this.#makeReady(task);
  }

  #makeReady(task: number): void {
    this.become(task, 'ready');
    this.#ready[this.service.at(task)]?.push(task, this.isEdit.at(task) === 1);
  }

  /** Passes the lane to the next task, whether it had the lane or was about to get it. */
  #leaveLane(task: number): void {
    const lane = this.lane.at(task);
    this.lanes.leave(task, lane);
    const next = this.lanes.next(lane, this.#isQueued);
    if (next !== undefined) this.#makeReady(next);
  }

  #comeDue(now: number): void {
    const back = this.timed.follow(now, this.size);
    if (back > 0) this.things.shiftTimes(-back, this.names);
    for (let task = this.timed.takeDue(now); task !== undefined; task = this.timed.takeDue(now)) this.#makeReady(task);
  }

  #end(task: number, madeAt: number | undefined): void {
    this.become(task, 'over');
    for (const free of this.needs.over(task, this.brings.at(task), madeAt)) this.#release(free);
  }
}
