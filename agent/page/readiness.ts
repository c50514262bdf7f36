/** Is the agent doing its job? The decision behind `/readyz` and the verdict. Pure. */
import type { BoardState } from './board.ts';

/** A complete check may be missed this often before it counts as late: one failure and its repetition are normal. */
const missedChecks = 3;
/** Never less than this: a long cycle is no alarm. */
const leastMs = 5 * 60_000;

export type Readiness = { ready: true } | { ready: false; reason: string };

/** How old the last complete check may be, milliseconds. */
function patienceMs(intervalMs: number): number {
  return Math.max(leastMs, missedChecks * intervalMs);
}

/** True while nothing is meant to be read: an administrator's pause, or quiet hours. */
export function rests({ pausedSince, quietUntil = 0 }: BoardState, now: number): boolean {
  return pausedSince !== undefined || quietUntil > now;
}

/**
 * True when the last complete check is older than it should be. Quiet hours do not count.
 *
 * @param from before that, nothing could be late
 */
export function isLate({ cycle, quietUntil = 0 }: BoardState, now: number, from = 0): boolean {
  return now - Math.max(cycle.lastCheckAt ?? 0, quietUntil, from) > patienceMs(cycle.intervalMs);
}

/** @param now milliseconds since the epoch */
export function readinessOf(state: BoardState, now: number): Readiness {
  const { lastCheckAt } = state.cycle;
  if (!state.working) return { ready: false, reason: 'the agent is not running' };
  if (state.pausedSince !== undefined) return { ready: false, reason: 'the agent is paused' };
  if (lastCheckAt === undefined) return { ready: false, reason: 'no check of PowerSchool has been complete yet' };
  if (!isLate(state, now)) return { ready: true };
  return { ready: false, reason: `the last complete check ended ${Math.round((now - lastCheckAt) / 1000)} s ago` };
}
