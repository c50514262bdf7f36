/**
 * Records what waits and for what, for questions during a turn and after it. Operations on their way are only counted;
 * those set aside, and those that need them, are listed up to a limit. An entry is removed in the transaction that
 * records the outcome of its operation, so a kill leaves nothing outdated.
 */
import { timestamp } from '../../../shared/clock.ts';
import { type Operation, peopleOf } from '../../model/operation.ts';
import type { PersonKey } from '../../model/person-key.ts';
import type { TurnProgress, WaitReason } from '../../model/waiting.ts';
import { broughtBy } from '../../operations/needs.ts';
import { specOf } from '../../operations/registry.ts';
import type { Schedule } from '../../schedule/schedule.ts';
import {
  endProgress,
  endWaiting,
  mostNamed,
  type NumberedWaiting,
  noteProgress,
  replaceWaiting,
} from '../../store/runs/waiting.ts';
import type { TenantScope } from '../../store/store.ts';
import type { ApplyContext } from './applying.ts';
import type { Ended, RunAccount, Task } from './task.ts';

/**
 * Between two writes during a turn, milliseconds; and how long something new has to be set aside to be written at once.
 */
const everyMs = 10_000;
const atLeastMs = 3000;
/** Numbers from here down belong to no task and no hold. */
const firstLeftOut = -1_000_000;
/** Number of writes over which the rate is measured. */
const samples = 7;

export interface WaitingView {
  schedule: Schedule<Operation>;
  /** Undefined for an operation that was not handed out. */
  taskOf(id: number): Task | undefined;
  operationOf(id: number): Operation | undefined;
  runOf(id: number): RunAccount | undefined;
}

export class WaitingNotes {
  readonly #context: Pick<ApplyContext, 'store' | 'tenantId' | 'clock'>;
  readonly #view: WaitingView;
  /** Tasks that are set aside. */
  readonly #aside = new Set<number>();
  /** What a run could not do, because nothing brings about what it needs. */
  readonly #missing = new Map<RunAccount, NumberedWaiting[]>();
  /** What all runs leave waiting, once the turn has stopped. */
  #left: ReadonlyMap<RunAccount, readonly NumberedWaiting[]> | undefined;
  /** The last written state, by run. */
  readonly #written = new Map<RunAccount, string>();
  /** Tasks listed there. */
  #named = new Set<number>();
  /** Something was set aside for long and is not written yet. */
  #isNew = false;
  #isToldOf = false;
  #settled = 0;
  readonly #pace: { at: number; settled: number }[] = [];
  #writtenAt: number;

  constructor(context: Pick<ApplyContext, 'store' | 'tenantId' | 'clock'>, view: WaitingView) {
    this.#context = context;
    this.#view = view;
    const now = context.clock.now();
    this.#writtenAt = now - atLeastMs;
    this.#pace.push({ at: now, settled: 0 });
  }

  /** @param waitMs for how long */
  isAside(id: number, waitMs: number): void {
    this.#aside.add(id);
    this.#isNew ||= waitMs >= everyMs && !this.#named.has(id);
  }

  isOver(id: number): void {
    this.#aside.delete(id);
    this.#settled += 1;
  }

  /** Leaves it to the next turn. @param thing what it needs */
  isMissing({ id, run, operation }: Task, thing: string): void {
    const known = this.#missing.get(run) ?? [];
    this.#missing.set(run, known);
    if (known.length < mostNamed) known.push(named(id, operation, { for: 'missing', thing }));
  }

  /** People without an account, for whom an operation is not sent. */
  areLeftOut(run: RunAccount, operation: Operation, people: readonly PersonKey[]): void {
    const known = this.#missing.get(run) ?? [];
    this.#missing.set(run, known);
    for (const thing of people.slice(0, mostNamed - known.length)) {
      const theirs = { ...operation, people: [thing] } as Operation;
      known.push(named(firstLeftOut - known.length, theirs, { for: 'missing', thing }));
    }
  }

  /** Called in the transaction that records the outcomes of these tasks. */
  async end(scope: TenantScope, ended: readonly Ended[]): Promise<void> {
    const known = ended.filter(({ task }) => this.#named.has(task.id));
    for (const [run, ofRun] of Map.groupBy(known, ({ task }) => task.run)) {
      const things = ofRun.flatMap(({ task, isDone }) => (isDone ? (broughtBy(task.operation) ?? []) : []));
      await endWaiting(
        scope,
        run.runId,
        ofRun.map(({ task }) => task.id),
        things,
      );
      // The last written state is outdated now.
      this.#written.delete(run);
    }
  }

  /** At most every ten seconds. @throws HallpassError when the store cannot be worked with */
  async writeIfDue(): Promise<void> {
    const { store, tenantId, clock } = this.#context;
    const now = clock.now();
    if (Math.abs(now - this.#writtenAt) < (this.#isNew ? atLeastMs : everyMs)) return;
    this.#writtenAt = now;
    this.#isNew = false;
    this.#isToldOf = true;
    const progress = this.#progress(now);
    const byRun = this.#byRun();
    await store.withTenant(tenantId, async (scope) => {
      await noteProgress(scope, progress);
      for (const run of new Set([...this.#written.keys(), ...byRun.keys()]))
        await this.#write(scope, run, byRun.get(run) ?? []);
    });
    this.#named = new Set([...byRun.values()].flatMap((rows) => rows.map(({ number }) => number)));
  }

  /** The turn stops: everything that waits is left to the next one. Call it before those tasks are settled. */
  leaveAll(): void {
    this.#left = this.#byRun();
  }

  /** What a run leaves waiting, when it ends. */
  leftBy(run: RunAccount): readonly NumberedWaiting[] {
    const left = (this.#left ?? this.#missing).get(run) ?? [];
    this.#missing.delete(run);
    this.#written.delete(run);
    return left;
  }

  /** Ends the progress report of the turn. */
  async close(): Promise<void> {
    if (this.#isToldOf) await this.#context.store.withTenant(this.#context.tenantId, endProgress);
  }

  async #write(scope: TenantScope, run: RunAccount, rows: readonly NumberedWaiting[]): Promise<void> {
    const text = JSON.stringify(rows);
    if (this.#written.get(run) === text) return;
    await replaceWaiting(scope, { runId: run.runId, profile: run.profile?.name ?? '' }, rows);
    this.#written.set(run, text);
  }

  /** Tasks that are set aside, followed by those that need what they would bring about. */
  #byRun(): Map<RunAccount, NumberedWaiting[]> {
    const byRun = new Map([...this.#missing].map(([run, rows]) => [run, [...rows]]));
    const { schedule } = this.#view;
    const seen = new Set<number>();
    const queue: { id: number; reason: WaitReason }[] = [];
    const add = (id: number, reason: WaitReason | undefined) => {
      if (reason === undefined || seen.has(id)) return;
      seen.add(id);
      queue.push({ id, reason });
    };
    for (const id of this.#aside) if (schedule.stateOf(id) === 'aside') add(id, this.#ofAside(id));
    for (let at = 0; at < queue.length && at < mostNamed; at += 1) {
      const { id, reason } = queue[at] ?? {};
      if (id === undefined || reason === undefined) break;
      const [operation, run] = [this.#view.operationOf(id), this.#view.runOf(id)];
      if (operation === undefined || run === undefined) continue;
      const ofRun = byRun.get(run) ?? [];
      byRun.set(run, ofRun);
      ofRun.push(named(id, operation, reason));
      const thing = broughtBy(operation);
      if (thing !== undefined) for (const other of schedule.waitingFor(id)) add(other, { for: 'need', thing });
    }
    return byRun;
  }

  #ofAside(id: number): WaitReason | undefined {
    const task = this.#view.taskOf(id);
    if (task === undefined) return undefined;
    const until = new Date(this.#view.schedule.dueAt(id)).toISOString();
    if (task.doubt !== undefined) return { for: 'look', doubt: task.doubt.why, until };
    if (task.failure !== undefined) return { for: 'retry', code: task.failure.code, until };
    return specOf(task.operation.kind).request.service === 'teams'
      ? { for: 'team', until }
      : { for: 'look', doubt: 'lost', until };
  }

  #progress(now: number): TurnProgress {
    const { schedule } = this.#view;
    const pace = this.#pace;
    // After the clock was set back, the elapsed time is unknown.
    while (pace[0] !== undefined && pace[0].at >= now) pace.shift();
    const [first] = pace;
    const minutes = first === undefined ? 0 : (now - first.at) / 60_000;
    const perMinute = first === undefined ? undefined : Math.round((this.#settled - first.settled) / minutes);
    pace.push({ at: now, settled: this.#settled });
    if (pace.length > samples) pace.shift();
    return {
      at: timestamp({ now: () => now }),
      waiting: {
        needs: schedule.count('waiting'),
        lane: schedule.count('queued'),
        moment: schedule.count('settling') + schedule.count('paused'),
        turn: schedule.count('ready'),
        answer: schedule.count('underWay'),
        plan: schedule.count('withdrawn'),
        time: schedule.count('aside'),
      },
      perMinute,
    };
  }
}

function named(number: number, operation: Operation, reason: WaitReason): NumberedWaiting {
  const { kind, key } = operation;
  return { number, kind, key, people: peopleOf(operation), brings: broughtBy(operation), reason };
}
