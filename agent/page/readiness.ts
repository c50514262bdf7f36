/** Is the agent doing its job? The decision behind `/readyz` and the verdict. Pure. */
import type { BoardState } from './board.ts';

/** How many complete checks may be missed before the agent counts as late: one failure and its retry are normal. */
const missedChecks = 3;
/** The minimum: a long cycle must not raise an alarm. */
const leastMs = 5 * 60_000;

export type Readiness = { ready: true } | { ready: false; reason: string };

/** How old the last complete check may be, in milliseconds. */
function patienceMs(intervalMs: number): number {
  return Math.max(leastMs, missedChecks * intervalMs);
}

/** True while nothing should be read: an administrator's pause, or quiet hours. */
export function rests({ pausedSince, quietUntil = 0 }: BoardState, now: number): boolean {
  return pausedSince !== undefined || quietUntil > now;
}

/**
 * True when the last complete check is older than it should be. Quiet hours do not count.
 *
 * @param from nothing counts as late before this time
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
