/**
 * Which schools are read in this cycle. Pure.
 *
 * `/ws/v1` has counts, but nothing that tells of a changed name: only reading does. So every school has its turn again
 * and again, the one that waits longest first, as often as a share of PowerSchool's time allows. Turns that a known
 * change asks for come at once; they use up what the others would have had.
 *
 * When a bucket was last read stands in the probe's memory, instead of the hash that a PowerQuery would bring: a
 * restarted agent goes on where the one before it stopped.
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

/** What of an hour is not used up is lost: an agent that was away does not make up for it all at once. */
const longestSavingMs = 3_600_000;

export class Allowance {
  readonly #share: number;
  #ms = 0;
  #since: number | undefined;

  /** @param share of the time in which turns may keep PowerSchool busy */
  constructor(share: number) {
    this.#share = share;
  }

  /** Milliseconds of PowerSchool's time that may be used now; less than nothing after urgent turns. */
  get ms(): number {
    return this.#ms;
  }

  /** The most that can be saved. */
  get mostMs(): number {
    return longestSavingMs * this.#share;
  }

  /** Tells the time. Nothing is saved up before the first time. */
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
  /** When its last turn was, milliseconds since the epoch; undefined when it never had one. */
  readAt: number | undefined;
  /** What a turn of it costs. */
  costMs: number;
}

/** The schools whose turn it is, paid from the allowance. */
export function takeTurns(candidates: readonly Candidate[], allowance: Allowance): Set<string> {
  const turns = new Set<string>();
  const waiting = candidates.toSorted((a, b) => (a.readAt ?? 0) - (b.readAt ?? 0));
  for (const { schoolId, costMs } of waiting) {
    // A school that costs more than can ever be saved has its turn when the savings are full.
    if (allowance.ms < Math.min(costMs, allowance.mostMs)) break;
    allowance.spend(costMs);
    turns.add(schoolId);
  }
  return turns;
}

/** The entry of a bucket that is read now, distinguished from the one before. */
export function turnEntry(records: number, nowMs: number, before?: ProbeEntry): ProbeEntry {
  return { records, hash: `turn ${Math.max(Math.floor(nowMs), (readAtOf(before) ?? 0) + 1)}` };
}

/** When a bucket was last read, milliseconds since the epoch; undefined when it was not, or not this way. */
export function readAtOf(entry: ProbeEntry | undefined): number | undefined {
  const readAt = /^turn (\d{1,15})$/.exec(entry?.hash ?? '')?.[1];
  return readAt === undefined ? undefined : Number(readAt);
}

/** The oldest reading of a school's buckets, milliseconds since the epoch. */
export function lastTurnOf(schoolId: string, remembered: Probe): number | undefined {
  const times = turnKinds.flatMap((kind) => readAtOf(remembered.get(`${kind}:${schoolId}`)) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
