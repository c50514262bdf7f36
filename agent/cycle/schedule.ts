/** When the next cycle is due. Pure; all times in milliseconds. */
import { backoffMs } from '../../shared/backoff.ts';

export interface Past {
  /** When the last cycle began. */
  startedAt: number;
  /** When it ended. */
  endedAt: number;
  /** When its probe was answered, and how long that took; undefined if it was not. */
  probe: { endedAt: number; ms: number } | undefined;
  /** How many cycles in a row failed. */
  failures: number;
  /** True when the next cycle should start early: the relay wants repairs, or the connection broke. */
  urgent: boolean;
  /** PowerSchool or the relay asked for a pause of at least this length. */
  pauseMs: number;
}

export interface Pace {
  intervalMs: number;
  /** The largest share of the time in which probes may run. */
  databaseShare: number;
}

const failureCapMs = 15 * 60_000;

/** @param random a number in [0, 1) */
export function nextCycleAt(past: Past, pace: Pace, random: number): number {
  const { startedAt, endedAt, probe, failures, urgent, pauseMs } = past;
  const asked = endedAt + pauseMs;
  if (failures > 0) {
    const growing = { baseMs: pace.intervalMs, capMs: Math.max(failureCapMs, pace.intervalMs) };
    return Math.max(asked, endedAt + backoffMs(growing, failures, random, pace.intervalMs));
  }
  const spared = probe === undefined ? endedAt : probe.endedAt + probe.ms / pace.databaseShare;
  const regular = urgent ? endedAt : startedAt + pace.intervalMs;
  return Math.max(asked, spared, regular);
}

/** The same cycle as seen by a clock that was set back by this many milliseconds since. */
export function earlier(past: Past, backMs: number): Past {
  const { startedAt, endedAt, probe } = past;
  return {
    ...past,
    startedAt: startedAt - backMs,
    endedAt: endedAt - backMs,
    probe: probe === undefined ? undefined : { ...probe, endedAt: probe.endedAt - backMs },
  };
}
