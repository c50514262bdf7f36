/**
 * What a schedule knows of its tasks: a row of numbers for each, and every name once. Here is what can be asked; what moves a task
 * from one state to another is in schedule.ts.
 *
 * | state | means | leaves it |
 * |---|---|---|
 * | waiting | somebody is about to bring about what it needs | they have, or failed, or are set aside: ready |
 * | ready | may be sent | taken: under way, or else settling or queued |
 * | settling | what it needs was made a moment ago | its time has come: ready |
 * | queued | another one of its lane is under way | that one has left the lane: ready |
 * | underWay | was given out | settled, paused, set aside, or waiting again |
 * | paused | goes again in a moment, and keeps its lane | its time has come: ready |
 * | aside | waits for long, or has to be looked into; nothing that can do without it waits for it | its time has come: ready |
 * | withdrawn | its key is planned again | discarded: over |
 * | over | settled or discarded | |
 */
import { Chains } from './chains.ts';
import { Column } from './column.ts';
import { Lanes } from './lanes.ts';
import { Needs } from './needs.ts';
import { Things } from './things.ts';
import { Timed } from './timed.ts';
import { type Origin, services, type Traits } from './traits.ts';

const states = ['waiting', 'settling', 'ready', 'queued', 'underWay', 'paused', 'aside', 'withdrawn', 'over'] as const;
export type TaskState = (typeof states)[number];

export class Tasks<T> {
  readonly #traitsOf: (item: T) => Traits;
  readonly #items: (T | undefined)[] = [];
  readonly #state = new Column('byte');
  readonly #group = new Column('int');
  readonly #counts = new Column('int');
  readonly #open = new Column('int');
  /** Of lanes, things and keys, from 1 on. */
  readonly #names = new Map<string, number>();

  protected readonly isEdit = new Column('byte');
  protected readonly service = new Column('byte');
  protected readonly rank = new Column('byte');
  /** Names of its lane, and of what it brings about; 0 for none. */
  protected readonly lane = new Column('int');
  protected readonly brings = new Column('int');
  /** Tasks by key. */
  protected readonly planned = new Chains();
  protected readonly things = new Things();
  protected readonly needs = new Needs(this.things, (task) => this.is(task, 'waiting'));
  protected readonly lanes = new Lanes();
  protected readonly timed = new Timed(
    (task) => this.is(task, 'settling') || this.is(task, 'paused') || this.is(task, 'aside'),
  );

  constructor(traitsOf: (item: T) => Traits) {
    this.#traitsOf = traitsOf;
  }

  /** All tasks that are not over, the oldest first. */
  *tasks(): Iterable<number> {
    for (let task = 0; task < this.#items.length; task += 1) if (!this.is(task, 'over')) yield task;
  }

  /** Undefined for one that is over. */
  itemOf(task: number): T | undefined {
    return this.#items[task];
  }

  /** Undefined for one that is over. */
  traitsOf(task: number): Traits | undefined {
    const item = this.#items[task];
    return item && this.#traitsOf(item);
  }

  groupOf(task: number): number {
    return this.#group.at(task);
  }

  originOf(task: number): Origin {
    return this.isEdit.at(task) === 1 ? 'edit' : 'load';
  }

  stateOf(task: number): TaskState {
    return states[this.#state.at(task)] ?? 'over';
  }

  count(state: TaskState): number {
    return this.#counts.at(states.indexOf(state));
  }

  /** How many tasks of a group are not over. */
  open(group: number): number {
    return this.#open.at(group);
  }

  /** When it goes on, of what is settling, paused or aside. */
  dueAt(task: number): number {
    return this.timed.dueAt(task);
  }

  /** When the first task that waits for a time is due; undefined if none does. */
  nextDue(): number | undefined {
    return this.timed.next();
  }

  /** Tasks that wait for what the task brings about. */
  waitingFor(task: number): Iterable<number> {
    return this.needs.waitingFor(this.brings.at(task));
  }

  /** The task that has the lane; undefined if it is free. */
  holderOf(lane: string): number | undefined {
    return this.lanes.holderOf(this.idOf(lane));
  }

  /** Tasks that are about to bring it about, apart from what is withdrawn. */
  bringersOf(name: string): number[] {
    return [...this.things.bringersOf(this.idOf(name))].filter((task) => !this.is(task, 'withdrawn'));
  }

  /** Whether any task is about to bring it about. */
  isComing(name: string): boolean {
    return this.things.isComing(this.idOf(name));
  }

  /** When it was brought about; undefined where nobody here did. */
  madeAt(name: string): number | undefined {
    return this.things.madeAt(this.idOf(name)) || undefined;
  }

  /** How many there have ever been: the number of the next one. */
  protected get size(): number {
    return this.#items.length;
  }

  /** How many names there are, the highest number among them. */
  protected get names(): number {
    return this.#names.size;
  }

  /** Takes an item in, which waits. */
  protected append(item: T, origin: Origin, group: number): void {
    const { service, rank, lane, brings, keys } = this.#traitsOf(item);
    const task = this.#items.push(item) - 1;
    this.isEdit.set(task, origin === 'edit' ? 1 : 0);
    this.service.set(task, services.indexOf(service));
    this.rank.set(task, rank);
    this.#group.set(task, group);
    this.lane.set(task, this.#nameOf(lane));
    this.brings.set(task, this.#nameOf(brings));
    this.things.bring(this.brings.at(task), task);
    for (const key of keys) this.planned.add(this.#nameOf(key), task);
    this.#counts.add(states.indexOf('waiting'), 1);
    this.#open.add(group, 1);
  }

  /** Numbers of what it needs. */
  protected needsOf(task: number): number[] {
    return (this.traitsOf(task)?.needs ?? []).map((name) => this.idOf(name));
  }

  protected is(task: number, state: TaskState): boolean {
    return states[this.#state.at(task)] === state;
  }

  protected become(task: number, state: TaskState): void {
    this.#counts.add(this.#state.at(task), -1);
    this.#state.set(task, states.indexOf(state));
    this.#counts.add(this.#state.at(task), 1);
    if (state !== 'over') return;
    this.#items[task] = undefined;
    this.#open.add(this.#group.at(task), -1);
  }

  /** 0 for one that nobody has named. */
  protected idOf(name: string): number {
    return this.#names.get(name) ?? 0;
  }

  #nameOf(name: string | undefined): number {
    if (name === undefined) return 0;
    const known = this.idOf(name);
    if (known !== 0) return known;
    this.#names.set(name, this.#names.size + 1);
    return this.#names.size;
  }
}
