/**
 * What is to be done for a tenant, and what of it may be sent now. Nothing waits for a stage:
 *
 * | state | means | leaves it |
 * |---|---|---|
 * | waiting | somebody is about to bring about what it needs | they have, or failed, or are set aside: ready |
 * | ready | may be sent | {@link Schedule.take}: under way, or else settling or queued |
 * | settling | what it needs was made a moment ago | its time has come: ready |
 * | queued | another one of its lane is under way | that one has left the lane: ready |
 * | underWay | was given out | settled, paused, set aside, or waiting again |
 * | paused | goes again in a moment, and keeps its lane | its time has come: ready |
 * | aside | waits for long, or has to be looked into; nothing that can do without it waits for it | its time has come: ready |
 * | withdrawn | its key is planned again | {@link Schedule.discard}: over |
 * | over | settled or discarded | |
 *
 * A task waits while somebody is about to bring about what it needs, whether that succeeds or not. The caller checks each task that it
 * takes: if what it needs is not there, it settles the task or lets it wait again ({@link Schedule.wait}). So the schedule knows
 * nothing of what its items are, and a task that is released too early costs one check.
 *
 * Tasks are numbers that are never used again. 400,000 of them that wait for 1.2 million things in all take some 60 MB besides their
 * items, and every step takes O(log n) for each task that it concerns.
 */
import { SetBack } from '../../shared/set-back.ts';
import { Chains } from './chains.ts';
import { Column } from './column.ts';
import { Heap } from './heap.ts';
import { Lanes } from './lanes.ts';
import { Ready } from './ready.ts';
import { Things } from './things.ts';
import { type Origin, type Service, services, type Traits } from './traits.ts';

const states = ['waiting', 'settling', 'ready', 'queued', 'underWay', 'paused', 'aside', 'withdrawn', 'over'] as const;
export type TaskState = (typeof states)[number];

/** More than any rank: among those queued for a lane, edits go first. */
const afterEdits = 256;

export class Schedule<T> {
  readonly #traitsOf: (item: T) => Traits;
  readonly #settleMs: readonly number[];

  readonly #items: (T | undefined)[] = [];
  readonly #state = new Column('byte');
  readonly #isEdit = new Column('byte');
  readonly #service = new Column('byte');
  readonly #rank = new Column('byte');
  readonly #group = new Column('int');
  /** Names of its lane, and of what it brings about; 0 for none. */
  readonly #lane = new Column('int');
  readonly #brings = new Column('int');
  /** Things that it waits for. */
  readonly #waits = new Column('int');
  /** Grows whenever it begins to wait: what was noted before is out of date. */
  readonly #round = new Column('byte');
  /** Whether it was given out, and may have been sent. */
  readonly #wasSent = new Column('byte');
  readonly #wasAside = new Column('byte');
  /** Those that wait for what it brings about, when it was released. */
  readonly #weight = new Column('int');
  readonly #due = new Column('float');

  /** Of lanes, things and keys, from 1 on. */
  readonly #names = new Map<string, number>();
  readonly #things = new Things();
  readonly #lanes = new Lanes();
  /** Tasks by key. */
  readonly #planned = new Chains();

  readonly #ready = services.map(() => new Ready(this.#weight));
  readonly #timed = new Heap((a, b) => this.#isDueBefore(a, b));
  #withdrawn: number[] = [];
  readonly #counts = new Column('int');
  readonly #open = new Column('int');
  readonly #setBack = new SetBack();

  readonly #isWaiting = (task: number, round: number) => this.#is(task, 'waiting') && this.#round.at(task) === round;
  readonly #isQueued = (task: number) => this.#is(task, 'queued');
  readonly #isReady = (task: number, isEdit: boolean) =>
    this.#is(task, 'ready') && (this.#isEdit.at(task) === 1) === isEdit;

  /** @param settleMs how long what was made is left alone, by the service of the task that needs it, milliseconds */
  constructor(traitsOf: (item: T) => Traits, settleMs: Readonly<Record<Service, number>>) {
    this.#traitsOf = traitsOf;
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
    const first = this.#items.length;
    for (const item of items) this.#append(item, origin, group);
    if (wasSent) for (let task = first; task < this.#items.length; task += 1) this.#takeForSent(task);
    for (const [index, item] of items.entries()) this.#arm(first + index, this.#traitsOf(item).needs);
    for (let task = first; task < this.#items.length; task += 1) {
      if (this.#waits.at(task) === 0) this.#release(task);
    }
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

  /** It is done, or will not be: nobody waits for it any longer. @param isDone whether what it brings about is there now */
  settle(task: number, isDone: boolean, now: number): void {
    this.#leaveLane(task);
    this.#end(task, isDone ? now : undefined);
  }

  /** It goes again in a moment: its lane waits with it, and so does everybody who waits for it. */
  pause(task: number, until: number): void {
    this.#goOn(task, 'paused', until);
  }

  /** It goes again later: its lane is free, and tasks that can do without what it brings about wait no longer. */
  setAside(task: number, until: number): void {
    this.#leaveLane(task);
    this.#goOn(task, 'aside', until);
    this.#letGo(this.#noteAside(task));
  }

  /** It was given out, and what it is planned for is planned again: as if {@link withdraw} had met it before. */
  retract(task: number): void {
    this.#leaveLane(task);
    this.#become(task, 'withdrawn');
    this.#withdrawn.push(task);
  }

  /**
   * It was given out, and what it needs is not there: it waits until any of those are over who bring that about.
   *
   * @returns false where nobody does; it is still given out then
   */
  wait(task: number): boolean {
    const item = this.#items[task];
    const needs = item === undefined ? [] : this.#traitsOf(item).needs;
    const things = needs.map((name) => this.#idOf(name)).filter((thing) => this.#things.isComing(thing));
    if (things.length === 0) return false;
    this.#leaveLane(task);
    this.#wasSent.set(task, 0);
    this.#become(task, 'waiting');
    this.#round.add(task, 1);
    this.#waits.set(task, 1);
    for (const thing of things) this.#things.wait(thing, task, this.#round.at(task), 'any');
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
      this.#planned.sift(this.#idOf(key), (task) => {
        if (this.#is(task, 'over')) return false;
        if (this.#is(task, 'withdrawn')) return true;
        if (this.#wasSent.at(task) === 1) stays.push(task);
        else {
          this.#become(task, 'withdrawn');
          this.#leaveLane(task);
          this.#withdrawn.push(task);
          withdrawn.push(task);
        }
        return true;
      });
    }
    return { withdrawn, stays };
  }

  /** What takes the place of what was withdrawn is in. */
  discard(): void {
    const withdrawn = this.#withdrawn;
    this.#withdrawn = [];
    for (const task of withdrawn) if (this.#is(task, 'withdrawn')) this.#end(task, undefined);
  }

  /** Ends everything of a group, apart from what is under way: that is settled by the caller. */
  dropGroup(group: number): void {
    for (const task of this.tasks()) {
      if (this.#group.at(task) === group && !this.#is(task, 'underWay')) this.settle(task, false, 0);
    }
  }

  /** All that are not over, the oldest first. */
  *tasks(): Iterable<number> {
    for (let task = 0; task < this.#items.length; task += 1) if (!this.#is(task, 'over')) yield task;
  }

  /** Undefined for one that is over. */
  itemOf(task: number): T | undefined {
    return this.#items[task];
  }

  groupOf(task: number): number {
    return this.#group.at(task);
  }

  originOf(task: number): Origin {
    return this.#isEdit.at(task) === 1 ? 'edit' : 'load';
  }

  stateOf(task: number): TaskState {
    return states[this.#state.at(task)] ?? 'over';
  }

  /** When it goes on, of what is settling, paused or aside. */
  dueAt(task: number): number {
    return this.#due.at(task);
  }

  count(state: TaskState): number {
    return this.#counts.at(states.indexOf(state));
  }

  /** How many of a group are not over. */
  open(group: number): number {
    return this.#open.at(group);
  }

  /** When the first of those that wait for a time is due; undefined when none does. */
  nextDue(): number | undefined {
    // Entries of what was withdrawn meanwhile are dropped when they come first.
    while (this.#timed.first !== undefined && !this.#isTimed(this.#timed.first)) this.#timed.shift();
    return this.#timed.first === undefined ? undefined : this.#due.at(this.#timed.first);
  }

  /** Tasks that are about to bring it about, apart from what is withdrawn. */
  bringersOf(name: string): number[] {
    return [...this.#things.bringersOf(this.#idOf(name))].filter((task) => !this.#is(task, 'withdrawn'));
  }

  /** Tasks that wait for what the task brings about. */
  waitingFor(task: number): Iterable<number> {
    return this.#things.waiting(this.#brings.at(task), this.#isWaiting);
  }

  /** Who has the lane; undefined where it is free. */
  holderOf(lane: string): number | undefined {
    return this.#lanes.holderOf(this.#idOf(lane));
  }

  traitsOf(task: number): Traits | undefined {
    const item = this.#items[task];
    return item && this.#traitsOf(item);
  }

  /** Whether anybody is about to bring it about. */
  isComing(name: string): boolean {
    return this.#things.isComing(this.#idOf(name));
  }

  /** When it was brought about; undefined where nobody here did. */
  madeAt(name: string): number | undefined {
    return this.#things.madeAt(this.#idOf(name)) || undefined;
  }

  /** How many wait for what the task brings about. */
  waitersOf(task: number): number {
    return this.#things.waitersOf(this.#brings.at(task));
  }

  #append(item: T, origin: Origin, group: number): void {
    const { service, rank, lane, brings, keys } = this.#traitsOf(item);
    const task = this.#items.push(item) - 1;
    this.#isEdit.set(task, origin === 'edit' ? 1 : 0);
    this.#service.set(task, services.indexOf(service));
    this.#rank.set(task, rank);
    this.#group.set(task, group);
    this.#lane.set(task, this.#nameOf(lane));
    this.#brings.set(task, this.#nameOf(brings));
    this.#things.bring(this.#brings.at(task), task);
    for (const key of keys) this.#planned.add(this.#nameOf(key), task);
    this.#counts.add(states.indexOf('waiting'), 1);
    this.#open.add(group, 1);
  }

  #takeForSent(task: number): void {
    this.#wasSent.set(task, 1);
    this.#noteAside(task);
  }

  /** @returns tasks that wait for one thing less */
  #noteAside(task: number): number[] {
    if (this.#wasAside.at(task) === 1) return [];
    this.#wasAside.set(task, 1);
    return this.#things.setAside(this.#brings.at(task), this.#isWaiting);
  }

  /** @returns false where its lane is taken, or what it needs was made a moment ago */
  #begin(task: number, now: number): boolean {
    const settled = this.#wasSent.at(task) === 1 ? 0 : this.#settledAt(task);
    if (settled > now) {
      this.#goOn(task, 'settling', settled);
      this.#leaveLane(task);
      return false;
    }
    const lane = this.#lane.at(task);
    if (!this.#lanes.isFreeFor(task, lane)) {
      this.#become(task, 'queued');
      this.#lanes.queue(task, lane, this.#rank.at(task) + (this.#isEdit.at(task) === 1 ? 0 : afterEdits));
      return false;
    }
    this.#lanes.hold(task, lane);
    this.#wasSent.set(task, 1);
    this.#become(task, 'underWay');
    return true;
  }

  /** When what it needs has been left alone for long enough. */
  #settledAt(task: number): number {
    const item = this.#items[task];
    let latest = 0;
    for (const name of item === undefined ? [] : this.#traitsOf(item).needs) {
      latest = Math.max(latest, this.#things.madeAt(this.#idOf(name)));
    }
    return latest === 0 ? 0 : latest + (this.#settleMs[this.#service.at(task)] ?? 0);
  }

  /** At a time. */
  #goOn(task: number, state: 'settling' | 'paused' | 'aside', at: number): void {
    this.#become(task, state);
    this.#due.set(task, at);
    this.#timed.push(task);
  }

  /** 0 for one that nobody has named. */
  #idOf(name: string): number {
    return this.#names.get(name) ?? 0;
  }

  #nameOf(name: string | undefined): number {
    if (name === undefined) return 0;
    const known = this.#idOf(name);
    if (known !== 0) return known;
    this.#names.set(name, this.#names.size + 1);
    return this.#names.size;
  }

  /** Has it wait for all that is on its way. */
  #arm(task: number, needs: readonly string[]): void {
    for (const name of needs) {
      const thing = this.#idOf(name);
      if (!this.#things.isProgressing(thing)) continue;
      this.#waits.add(task, 1);
      this.#things.wait(thing, task, this.#round.at(task), 'all');
      if (this.#isEdit.at(task) === 1) this.#hurry(thing);
    }
  }

  /** An edit waits for it, so the tasks that bring it about count as edits, and those that they need. */
  #hurry(thing: number): void {
    for (const task of this.#things.bringersOf(thing)) {
      const item = this.#items[task];
      if (item === undefined || this.#isEdit.at(task) === 1) continue;
      this.#isEdit.set(task, 1);
      if (this.#is(task, 'ready') || this.#is(task, 'queued')) this.#makeReady(task);
      for (const name of this.#traitsOf(item).needs) this.#hurry(this.#idOf(name));
    }
  }

  /** They wait for one thing less. */
  #letGo(released: readonly number[]): void {
    for (const task of released) if (this.#waits.add(task, -1) === 0) this.#release(task);
  }

  #release(task: number): void {
    this.#weight.set(task, this.waitersOf(task));
    this.#makeReady(task);
  }

  #makeReady(task: number): void {
    this.#become(task, 'ready');
    this.#ready[this.#service.at(task)]?.push(task, this.#isEdit.at(task) === 1);
  }

  /** Leaves the lane to the next one, whether it had it or might have gone for it. */
  #leaveLane(task: number): void {
    const lane = this.#lane.at(task);
    this.#lanes.leave(task, lane);
    const next = this.#lanes.next(lane, this.#isQueued);
    if (next !== undefined) this.#makeReady(next);
  }

  #comeDue(now: number): void {
    const back = this.#setBack.look(now);
    if (back > 0) this.#shiftTimes(-back);
    for (let due = this.nextDue(); due !== undefined && due <= now; due = this.nextDue()) {
      const task = this.#timed.shift();
      if (task !== undefined) this.#makeReady(task);
    }
  }

  /** The clock was set back: nobody waits once more for what has passed. */
  #shiftTimes(ms: number): void {
    for (let task = 0; task < this.#items.length; task += 1) if (this.#due.at(task) > 0) this.#due.add(task, ms);
    this.#things.shiftTimes(ms, this.#names.size);
  }

  #isTimed(task: number): boolean {
    return this.#is(task, 'settling') || this.#is(task, 'paused') || this.#is(task, 'aside');
  }

  #isDueBefore(a: number, b: number): boolean {
    const [left, right] = [this.#due.at(a), this.#due.at(b)];
    return left < right || (left === right && a < b);
  }

  #end(task: number, madeAt: number | undefined): void {
    this.#become(task, 'over');
    this.#items[task] = undefined;
    this.#open.add(this.#group.at(task), -1);
    const wasAside = this.#wasAside.at(task) === 1;
    this.#letGo(this.#things.over(this.#brings.at(task), task, { wasAside, madeAt }, this.#isWaiting));
  }

  #is(task: number, state: TaskState): boolean {
    return states[this.#state.at(task)] === state;
  }

  #become(task: number, state: TaskState): void {
    this.#counts.add(this.#state.at(task), -1);
    this.#state.set(task, states.indexOf(state));
    this.#counts.add(this.#state.at(task), 1);
  }
}
