/**
 * The agent's current activity, kept in memory for the local page: fed by the agent's events and moments, observed by
 * anything that shows it. No personal data.
 */
import type { Clock } from '../../shared/clock.ts';
import type { LeftOut } from '../../shared/left-out.ts';
import type { Welcome } from '../../shared/link.ts';
import type { AgentEvent } from '../model/events.ts';
import type { SourceKind } from '../model/source.ts';
import type { CycleEnd, Moment, Problem } from '../model/watch.ts';
import { addCycle, type History, noHistory } from './history.ts';
import { LogTail } from './log-tail.ts';

/** A problem and when it began, in milliseconds since the epoch. */
export interface LastingProblem extends Problem {
  since: number;
}

export interface RunningCycle {
  since: number;
  bucketsDone: number;
  bucketsTotal: number;
  records: number;
}

/** All times are milliseconds since the epoch. */
export interface BoardState {
  version: string;
  folder: string;
  startedAt: number;
  /** False when only the page runs, without the agent. */
  working: boolean;
  /** Why the agent cannot work at all: not configured, not enrolled, refused for good. */
  obstacle?: Problem | undefined;
  link: {
    state: 'connecting' | 'open' | 'lost';
    since: number;
    latencyMs?: number;
    lastAnswerAt?: number;
    problem?: LastingProblem | undefined;
  };
  powerschool: { latencyMs?: number; lastAnswerAt?: number };
  /** How PowerSchool is read; undefined if it never was. */
  source?: SourceKind | undefined;
  cycle: {
    running?: RunningCycle | undefined;
    /** When PowerSchool was last checked completely and everything found was acknowledged. */
    lastCheckAt?: number | undefined;
    /** Whether the cycle that ended last was a complete check. */
    wasComplete?: boolean;
    dueAt?: number;
    intervalMs: number;
    problem?: LastingProblem | undefined;
  };
  /** PowerSchool rows that cannot become records. */
  leftOut?: LeftOut | undefined;
  tenant?: string;
  wanted?: Welcome['wanted'];
  buckets: {
    /** False until the first comparison since the start. */
    compared: boolean;
    planned: ReadonlySet<string>;
    held: ReadonlySet<string>;
    differing: ReadonlySet<string>;
  };
  pausedSince?: number | undefined;
  relayPauseUntil?: number | undefined;
  /** The end of the last quiet hours that have begun. */
  quietUntil?: number | undefined;
}

export interface BoardStart {
  version: string;
  folder: string;
  clock: Clock;
  working: boolean;
  history?: History;
  obstacle?: Problem | undefined;
  lastCheckAt?: number | undefined;
  pausedSince?: number | undefined;
  tenant?: string | undefined;
  source?: SourceKind | undefined;
  leftOut?: LeftOut | undefined;
}

const none: ReadonlySet<string> = new Set();

export class Board {
  readonly log = new LogTail();
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #state: BoardState;
  #history: History;

  constructor(start: BoardStart) {
    const { version, folder, clock, working, obstacle, lastCheckAt, pausedSince, tenant, source, leftOut } = start;
    this.#clock = clock;
    this.#history = start.history ?? noHistory;
    const startedAt = clock.now();
    this.#state = {
      ...{ version, folder, startedAt, working, obstacle, pausedSince, source, leftOut },
      ...(tenant === undefined ? {} : { tenant }),
      link: { state: 'connecting', since: startedAt },
      powerschool: {},
      cycle: { lastCheckAt, intervalMs: 60_000 },
      buckets: { compared: false, planned: none, held: none, differing: none },
    };
  }

  get state(): BoardState {
    return this.#state;
  }

  get history(): History {
    return this.#history;
  }

  report(event: AgentEvent): void {
    const now = this.#clock.now();
    if (event.event !== 'cycle.progress') this.log.add(event, now);
    this.#state = { ...this.#state, ...changedBy(this.#state, event, now) };
    this.#changed();
  }

  watch(moment: Moment): void {
    const now = this.#clock.now();
    if (moment.moment === 'cycle.ended') this.#history = addCycle(this.#history, moment, now);
    this.#state = after(this.#state, moment, now);
    this.#changed();
  }

  /** Calls back after every change. @returns ends the observation */
  observe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What an event in the log changes. Pure. */
function changedBy({ cycle }: BoardState, event: AgentEvent, now: number): Partial<BoardState> {
  switch (event.event) {
    case 'cycle.progress': {
      const { bucketsDone, bucketsTotal, records } = event;
      return {
        cycle: { ...cycle, running: { since: cycle.running?.since ?? now, bucketsDone, bucketsTotal, records } },
      };
    }
    case 'source.chosen':
      return { source: event.source };
    case 'agent.paused':
      return { pausedSince: Date.parse(event.since) };
    case 'agent.resumed':
      return { pausedSince: undefined };
    case 'agent.quiet':
      return { quietUntil: Date.parse(event.until) };
    default:
      return {};
  }
}

/** The state after a moment. Pure. */
export function after(state: BoardState, moment: Moment, now: number): BoardState {
  const { link, cycle, buckets } = state;
  switch (moment.moment) {
    case 'link.opened':
      return {
        ...state,
        tenant: moment.tenant,
        wanted: moment.wanted,
        link: { ...link, state: 'open', since: now, lastAnswerAt: now, problem: undefined },
      };
    case 'link.ended':
      return {
        ...state,
        link: {
          ...link,
          state: 'lost',
          since: link.state === 'lost' ? link.since : now,
          problem: lasting(moment.problem, link.problem, now),
        },
      };
    case 'link.answered':
      return { ...state, link: { ...link, latencyMs: moment.ms, lastAnswerAt: now } };
    case 'link.throttled':
      return { ...state, relayPauseUntil: moment.until };
    case 'cycle.due':
      return { ...state, cycle: { ...cycle, dueAt: moment.at, intervalMs: moment.intervalMs } };
    case 'cycle.began':
      return {
        ...state,
        relayPauseUntil: undefined,
        cycle: { ...cycle, running: { since: now, bucketsDone: 0, bucketsTotal: 0, records: 0 } },
      };
    case 'powerschool.answered':
      return { ...state, powerschool: { latencyMs: moment.ms, lastAnswerAt: now } };
    case 'cycle.planned':
      return { ...state, buckets: { ...buckets, planned: new Set(moment.buckets) } };
    case 'cycle.ended':
      return {
        ...state,
        cycle: cycleAfter(cycle, moment, now),
        buckets: bucketsAfter(buckets, moment),
        leftOut: moment.leftOut ?? state.leftOut,
      };
  }
}

function cycleAfter(cycle: BoardState['cycle'], end: CycleEnd, now: number): BoardState['cycle'] {
  const ended = { ...cycle, running: undefined, wasComplete: end.complete };
  // Not a failure, and no news about PowerSchool.
  if (end.outcome === 'interrupted') return ended;
  return {
    ...ended,
    lastCheckAt: end.complete ? now : cycle.lastCheckAt,
    problem: end.problem === undefined ? undefined : lasting(end.problem, cycle.problem, now),
  };
}

function bucketsAfter(buckets: BoardState['buckets'], end: CycleEnd): BoardState['buckets'] {
  if (end.outcome === 'unchanged' || end.outcome === 'changed') {
    return { compared: true, planned: none, held: new Set(end.held), differing: new Set(end.differing) };
  }
  // Buckets that were planned and not proven equal stay as they were until a later cycle settles them.
  return { ...buckets, planned: none, held: new Set([...buckets.held, ...buckets.planned]) };
}

/** The same problem continues, even when its details change; another one begins now. */
function lasting(problem: Problem, before: LastingProblem | undefined, now: number): LastingProblem {
  return { ...problem, since: before?.code === problem.code ? before.since : now };
}
