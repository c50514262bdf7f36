/** Everything the page shows, collected at one moment. */
import type { Clock } from '../../shared/clock.ts';
import type { BucketDigest } from '../../shared/link.ts';
import type { Counts } from '../model/meter.ts';
import type { Board, BoardState } from './board.ts';
import { type Matrix, matrixOf } from './buckets.ts';
import type { ChecksRun, ChecksState } from './checks-run.ts';
import type { History } from './history.ts';
import { type Leaving, leavingOf } from './leaving.ts';
import type { LogLine } from './log-tail.ts';
import type { SchoolName, SchoolNames } from './school-names.ts';
import { type Places, type Station, stationsOf } from './stations.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Who this agent is at the relay, for support requests. */
export interface Badge {
  name: string;
  agentId: string | undefined;
  tenantId: string | undefined;
}

export interface Model {
  now: number;
  state: BoardState;
  badge: Badge;
  verdict: Verdict;
  stations: Station[];
  history: History;
  leaving: Leaving;
  matrix: Matrix;
  names: ReadonlyMap<string, SchoolName>;
  /** Undefined where checks cannot be run. */
  checks: ChecksState | undefined;
  log: readonly LogLine[];
  /** The actions that are available. */
  can: { work: boolean; bundle: boolean };
}

export interface ModelParts {
  board: Board;
  clock: Clock;
  badge: Badge;
  places: Places;
  /** What the relay has acknowledged, per bucket. */
  buckets: () => readonly BucketDigest[];
  counts: () => Counts;
  names: SchoolNames | undefined;
}

export function modelOf(parts: ModelParts, checks: ChecksRun | undefined, can: Model['can']): Model {
  const { board, clock, badge, places } = parts;
  const now = clock.now();
  const names = parts.names?.known ?? new Map();
  return {
    ...{ now, state: board.state, badge, names, can },
    verdict: verdictOf(board.state, now),
    stations: stationsOf(board.state, places),
    history: board.history,
    leaving: leavingOf(board.state.wanted),
    matrix: matrixOf(parts.buckets(), board.state, names),
    checks: checks?.state,
    log: board.log.lines,
  };
}
