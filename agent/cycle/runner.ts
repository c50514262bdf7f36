/** One cycle and what surrounds it: reports, the stored health, and when the next one is due. */
import { type Clock, timestamp } from '../../shared/clock.ts';
import type { HallpassError } from '../../shared/errors.ts';
import type { LeftOut } from '../../shared/left-out.ts';
import type { ErrorMessage } from '../../shared/link.ts';
import { bucketKey, type Kind } from '../../shared/roster.ts';
import { SetBack } from '../../shared/set-back.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import type { Baselines } from '../baseline/baselines.ts';
import type { ProbeMemory } from '../baseline/probe-memory.ts';
import { type Report, totals } from '../model/events.ts';
import { leftOutProblem, toLeftOut } from '../model/left-out.ts';
import { type Counts, type Meter, rssPeakMB } from '../model/meter.ts';
import type { ProbeEntry } from '../model/probe.ts';
import type { Source, SourceFacts, SourceKind } from '../model/source.ts';
import type { CycleEnd, Problem, Watch } from '../model/watch.ts';
import { limitsOf } from '../powerschool/rest/limits.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { Lock } from '../state/lock.ts';
import type { Session } from '../uplink/session.ts';
import { type CycleReport, runCycle } from './cycle.ts';
import { earlier, nextCycleAt, type Pace, type Past } from './schedule.ts';

/** After a signal to stop, running work has this long to be acknowledged. */
const graceMs = 3000;
/**
 * How many repairs in a row are urgent: the relay provisions nothing until they are done, but they cannot stay urgent
 * forever.
 */
const urgentRepairs = 3;
/** How many problems of single buckets are reported one by one. */
const mostProblems = 5;

export interface CycleRunnerParts {
  state: AgentState;
  lock: Lock;
  source: Source;
  baselines: Baselines;
  memory: ProbeMemory;
  meter: Meter;
  report: Report;
  /** Receives what the log does not need, for the local page. */
  watch?: Watch;
  clock: Clock;
}

/** What a person asks of one cycle. */
export interface Asked {
  /** Kinds that are allowed to be empty. */
  acceptEmpty: ReadonlySet<Kind>;
  /** True to check everything, whatever it costs. */
  thorough: boolean;
}

export class CycleRunner {
  readonly #parts: CycleRunnerParts;
  readonly #setBack = new SetBack();
  #past: Past | undefined;
  #repairs = 0;
  /** See {@link runCycle}. */
  readonly #contradicted = new Map<string, ProbeEntry>();
  #facts: SourceFacts = {};
  #refused = false;
  #reportedKind: SourceKind = 'powerquery';
  /** What was last reported as left out: to the relay, per connection, and in the log. */
  #leftOut: { session: Session; said: string } | undefined;
  #leftOutLogged = '';

  constructor(parts: CycleRunnerParts) {
    this.#parts = parts;
  }

  /** What is known about the server so far. */
  get facts(): SourceFacts {
    return this.#facts;
  }

  /** True when the last cycle failed because PowerSchool did not accept the client id and secret. */
  get refused(): boolean {
    return this.#refused;
  }

  /** Never fails, see {@link Source.describe}. */
  async describe(signal: AbortSignal): Promise<void> {
    this.#facts = await this.#parts.source.describe(signal);
  }

  /** The cause of the last failure is fixed: the next cycle need not wait. */
  forgive(): void {
    this.#refused = false;
    if (this.#past !== undefined) this.#past = { ...this.#past, failures: 0, urgent: true, pauseMs: 0 };
  }

  /** The usual time from one cycle to the next: longer than scheduled where probes are slow. */
  intervalMs({ intervalMs, databaseShare }: Pace): number {
    return Math.max(intervalMs, (this.#past?.probe?.ms ?? 0) / databaseShare);
  }

  /** When the next cycle is due, in milliseconds since the epoch; 0 for at once. */
  dueAt(pace: Pace, random: number): number {
    const back = this.#setBack.look(this.#parts.clock.now());
    if (back > 0 && this.#past !== undefined) this.#past = earlier(this.#past, back);
    return this.#past === undefined ? 0 : nextCycleAt(this.#past, pace, random);
  }

  /**
   * Runs one cycle.
   *
   * @param suspects see {@link runCycle}; settled buckets are removed
   * @param stop makes the cycle end in good order, or cuts it off after three seconds
   * @param isQuiet true when the cycle should end in good order without being stopped
   * @throws HallpassError what ended the cycle, already reported and stored
   */
  async run(
    session: Session,
    suspects: Map<string, number>,
    asked: Asked,
    stop: AbortSignal,
    isQuiet: () => boolean,
  ): Promise<CycleReport> {
    const { clock, meter, report, watch } = this.#parts;
    const startedAt = clock.now();
    const before = meter.snapshot();
    let probe: Past['probe'];
    const sent: CycleEnd['sent'] = {};
    watch?.({ moment: 'cycle.began' });
    using hard = hardStop(stop, clock);
    try {
      await this.#restoreState(suspects);
      await this.describe(hard.signal);
      const probeStartedAt = clock.now();
      const result = await runCycle({
        ...this.#parts,
        link: session,
        suspects,
        contradicted: this.#contradicted,
        ...asked,
        shouldFinish: () => stop.aborted || session.draining || isQuiet(),
        signal: AbortSignal.any([session.closed, hard.signal]),
        onProbed: () => {
          probe = { endedAt: clock.now(), ms: clock.now() - probeStartedAt };
          watch?.({ moment: 'powerschool.answered', ms: probe.ms });
          this.#reportSource();
        },
        onPlanned: (buckets) => watch?.({ moment: 'cycle.planned', buckets }),
        onSent: (kind, records) => {
          sent[kind] = (sent[kind] ?? 0) + records;
        },
        onProgress: (bucketsDone, bucketsTotal, records) =>
          report({ event: 'cycle.progress', bucketsDone, bucketsTotal, records }),
      });
      this.#refused = false;
      this.#repairs = result.repairs.length > 0 ? this.#repairs + 1 : 0;
      const urgent = this.#repairs > 0 && this.#repairs <= urgentRepairs;
      this.#past = { startedAt, endedAt: clock.now(), probe, failures: 0, urgent, pauseMs: 0 };
      await this.#succeeded(session, result, startedAt, before, sent);
      return result;
    } catch (thrown) {
      const error = toHallpassError(thrown);
      this.#refused = error.code === 'POWERSCHOOL_SECRET_REFUSED';
      const interrupted = session.closed.aborted || stop.aborted;
      const failures = interrupted ? 0 : (this.#past?.failures ?? 0) + 1;
      const pauseMs = error.retryAfterMs ?? 0;
      this.#past = { startedAt, endedAt: clock.now(), probe, failures, urgent: interrupted, pauseMs };
      watch?.({
        ...{ moment: 'cycle.ended', outcome: interrupted ? 'interrupted' : 'failed', complete: false },
        ...{ seconds: secondsOf(clock.now() - startedAt), sent, deletes: 0, bucketsRead: 0, held: [], differing: [] },
        problem: problemOf(error),
      });
      // The uplink reports a lost connection, and a stop is not a problem.
      if (!interrupted) await this.#failed(session, error);
      throw error;
    }
  }

  /** The state folder was deleted while we ran: create it again, and compare with the relay bucket by bucket. */
  async #restoreState(suspects: Map<string, number>): Promise<void> {
    const { state, lock, baselines, memory, report } = this.#parts;
    if (!(await state.restoreIfGone())) return;
    report({ event: 'agent.restored', folder: state.folder });
    await lock.renew();
    const acknowledged = new Map(baselines.keys().map((key) => [key, baselines.digest(key).count]));
    await baselines.scan();
    await memory.load();
    for (const [key, count] of acknowledged) if (baselines.digest(key).count === 0) suspects.set(key, count);
  }

  async #succeeded(
    session: Session,
    result: CycleReport,
    startedAt: number,
    before: Counts,
    sent: CycleEnd['sent'],
  ): Promise<void> {
    const { meter, clock, report, state, source, baselines, watch } = this.#parts;
    meter.add('upserts', result.upserts);
    meter.add('deletes', result.deletes);
    const now = clock.now();
    const seconds = secondsOf(now - startedAt);
    const spent = meter.since(before);
    const sum = totals(meter.counts, rssPeakMB());
    const { cycle, bucketsChanged, bucketsRead, failures, repairs, upserts, deletes } = result;
    const buckets = { bucketsChanged, bucketsRead, bucketsFailed: failures.length, bucketsToRepair: repairs.length };
    if (cycle === undefined) report({ event: 'cycle.unchanged', seconds, ...spent, ...sum });
    else report({ event: 'cycle.committed', cycle, seconds, ...buckets, ...spent, ...sum });
    for (const failure of failures.slice(0, mostProblems)) this.#reportProblem(failure);
    const leftOut = toLeftOut(result.leftOut);
    const unmade = leftOutProblem(leftOut);
    // The cycle itself is fine, and otherwise the same rows would be in the log every minute.
    if (unmade !== undefined && this.#leftOutLogged !== unmade.message) this.#reportProblem(unmade);
    this.#leftOutLogged = unmade?.message ?? '';

    const at = new Date(now).toISOString();
    const { lastCheckAt, lastCycle } = state.health;
    const problem = failures[0] ?? unmade;
    watch?.({
      ...{ moment: 'cycle.ended', outcome: cycle === undefined ? 'unchanged' : 'changed', complete: result.complete },
      ...{ seconds, sent, deletes, bucketsRead, held: result.held, differing: repairs.map(bucketKey) },
      ...(problem === undefined ? {} : { problem: problemOf(problem) }),
      leftOut,
    });
    await this.#saveHealth({
      lastCheckAt: result.complete ? at : lastCheckAt,
      lastCycle: cycle === undefined ? lastCycle : { at, seconds, upserts, deletes },
      source: source.kind,
      records: baselines.recordsByKind(),
      problem: problem === undefined ? undefined : this.#lasting(problem),
      leftOut,
    });
    await this.#sendStatus(session, problem, leftOut);
  }

  /** Reading through the plugin's queries is the normal case: it is reported only after something else. */
  #reportSource(): void {
    const { kind } = this.#parts.source;
    if (kind === this.#reportedKind) return;
    this.#reportedKind = kind;
    this.#parts.report({ event: 'source.chosen', source: kind, unknown: limitsOf(kind) });
  }

  async #failed(session: Session, error: HallpassError): Promise<void> {
    this.#reportProblem(error);
    await this.#saveHealth({ ...this.#parts.state.health, problem: this.#lasting(error) });
    await this.#sendStatus(session, error);
  }

  /** Adds the time at which this kind of problem began. */
  #lasting(error: HallpassError) {
    const before = this.#parts.state.health.problem;
    const now = timestamp(this.#parts.clock);
    return { ...problemOf(error), since: before?.code === error.code ? (before.since ?? now) : now };
  }

  #reportProblem(error: HallpassError): void {
    this.#parts.report({ event: 'problem', ...problemOf(error) });
  }

  /** Only for people: a full disk here does not stop the work. */
  async #saveHealth(health: AgentState['health']): Promise<void> {
    await this.#parts.state.saveHealth(health).catch((error: unknown) => this.#reportProblem(toHallpassError(error)));
  }

  /** @param leftOut undefined when the cycle ended before this was known */
  async #sendStatus(session: Session, problem: HallpassError | undefined, leftOut?: LeftOut): Promise<void> {
    const { lastCheckAt, lastCycle } = this.#parts.state.health;
    const said = JSON.stringify(leftOut);
    const isNews = leftOut !== undefined && (this.#leftOut?.session !== session || this.#leftOut.said !== said);
    if (isNews) this.#leftOut = { session, said };
    await session.send({
      type: 'status',
      state: problem === undefined ? 'idle' : 'problem',
      ...(lastCheckAt === undefined ? {} : { lastCycleAt: lastCheckAt }),
      ...(lastCycle === undefined ? {} : { lastCycleSeconds: lastCycle.seconds }),
      ...(problem === undefined ? {} : { problem: toErrorMessage(problem) }),
      ...(isNews ? { leftOut } : {}),
    });
  }
}

/** An error in the form in which it is sent to the other side. */
export function toErrorMessage({ code, message, retry }: HallpassError): ErrorMessage {
  return { type: 'error', code, message: message.slice(0, 2000), retry };
}

function secondsOf(ms: number): number {
  return Math.round(ms) / 1000;
}

function problemOf({ code, message, action }: HallpassError): Problem {
  return { code, message, action };
}

/** A signal that follows another after the grace period. */
function hardStop(stop: AbortSignal, clock: Clock): Disposable & { signal: AbortSignal } {
  const hard = new AbortController();
  const over = new AbortController();
  const arm = () =>
    void clock.sleep(graceMs, over.signal).then(
      () => hard.abort(stop.reason),
      () => undefined,
    );
  if (stop.aborted) arm();
  stop.addEventListener('abort', arm, { signal: over.signal });
  return { signal: hard.signal, [Symbol.dispose]: () => over.abort() };
}
