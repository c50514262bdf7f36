/**
 * Which schools are read in this cycle. Pure.
 *
 * `/ws/v1` has counts, but nothing reveals a changed name except reading. So schools take turns, the one that has
 * waited longest first, as often as a share of PowerSchool's time allows. Turns for a known change come at once and use
 * up what the others would have had.
 *
 * The time of a bucket's last reading is in the probe's memory, in place of a PowerQuery's hash: a restarted agent
 * continues where the previous one stopped.
 */
import type { Kind } from '../../../shared/roster.ts';
import type { Probe, ProbeEntry } from '../../model/probe.ts';

/** Kinds whose changes only a turn finds. Schools and terms are so few that the probe itself reads them. */
export const turnKinds = [
  'section',
  'student',
  'teacher',
  'studentEnrollment',
  'teacherRoster',
] as const satisfies Kind[];
export type TurnKind = (typeof turnKinds)[number];

/** Unused time is lost after an hour: an agent that was away does not catch up all at once. */
const longestSavingMs = 3_600_000;

export class Allowance {
  readonly #share: number;
  #ms = 0;
  #since: number | undefined;

  /** @param share of the time in which turns may keep PowerSchool busy */
  constructor(share: number) {
    this.#share = share;
  }

  /** How much of PowerSchool's time may be used now, in milliseconds; negative after urgent turns. */
  get ms(): number {
    return this.#ms;
  }

  /** The most that can be saved. */
  get mostMs(): number {
    return longestSavingMs * this.#share;
  }

  /** Sets the time. Savings begin with the first call. */
  advance(nowMs: number): void {
    const passed = Math.max(0, nowMs - (this.#since ?? nowMs));
    this.#since = nowMs;
    this.#ms = Math.min(this.#ms + passed * this.#share, this.mostMs);
  }

  spend(ms: number): void {
    this.#ms -= ms;
  }
}

export interface Candidate {
  schoolId: string;
  /** When its last turn was, in milliseconds since the epoch; undefined if it never had one. */
  readAt: number | undefined;
  /** The cost of its turn. */
  costMs: number;
}

/** The schools whose turn it is, paid from the allowance. */
export function takeTurns(candidates: readonly Candidate[], allowance: Allowance): Set<string> {
  const turns = new Set<string>();
  const waiting = candidates.toSorted((a, b) => (a.readAt ?? 0) - (b.readAt ?? 0));
  for (const { schoolId, costMs } of waiting) {
    // A school that costs more than can ever be saved gets its turn when the savings are full.
    if (allowance.ms < Math.min(costMs, allowance.mostMs)) break;
    allowance.spend(costMs);
    turns.add(schoolId);
  }
  return turns;
}

/** The entry of a bucket that is read now, which differs from the previous one. */
export function turnEntry(records: number, nowMs: number, before?: ProbeEntry): ProbeEntry {
  return { records, hash: `turn ${Math.max(Math.floor(nowMs), (readAtOf(before) ?? 0) + 1)}` };
}

/** When a bucket was last read, in milliseconds since the epoch; undefined if it was not, or not this way. */
export function readAtOf(entry: ProbeEntry | undefined): number | undefined {
  const readAt = /^turn (\d{1,15})$/.exec(entry?.hash ?? '')?.[1];
  return readAt === undefined ? undefined : Number(readAt);
}

/** The oldest reading of a school's buckets, milliseconds since the epoch. */
export function lastTurnOf(schoolId: string, remembered: Probe): number | undefined {
  const times = turnKinds.flatMap((kind) => readAtOf(remembered.get(`${kind}:${schoolId}`)) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
