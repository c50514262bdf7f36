/**
 * The last day of cycles, for the plot and the table: limited in size whatever the pace, and without personal data.
 * Pure.
 */
import { z } from 'zod';
import { localDay } from '../../shared/page/local-times.ts';
import { type Kind, kinds } from '../../shared/roster.ts';
import type { CycleEnd } from '../model/watch.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const mostCycles = 50;
/** One point of the plot: 288 of them make a day, each wide enough to see. */
const pointMinutes = 5;

const count = z.int().min(0);

const minuteSchema = z.strictObject({
  /** Minutes since the epoch. */
  minute: count,
  cycles: count,
  failures: count,
  records: count,
  deletes: count,
  /** The duration of the longest cycle. */
  seconds: z.number().min(0),
});

const cycleSchema = z.strictObject({
  /** When it ended, in milliseconds since the epoch. */
  at: count,
  outcome: z.enum(['unchanged', 'changed', 'failed', 'interrupted']),
  seconds: z.number().min(0),
  records: count,
  deletes: count,
  buckets: count,
  held: count,
  code: z.string().max(60).optional(),
});
export type PastCycle = z.infer<typeof cycleSchema>;

export const historySchema = z.strictObject({
  /** Only minutes in which a cycle ended. */
  minutes: z.array(minuteSchema),
  /** The last cycles that sent something or failed, newest first. */
  cycles: z.array(cycleSchema),
  /** What has left the network today, by the local calendar. */
  today: z.strictObject({
    day: z.string().max(10),
    sent: z.partialRecord(z.enum(kinds), count),
    deletes: count,
  }),
});
export type History = z.infer<typeof historySchema>;

export const noHistory: History = { minutes: [], cycles: [], today: { day: '', sent: {}, deletes: 0 } };

/** @param now when the cycle ended, milliseconds since the epoch */
export function addCycle(history: History, end: CycleEnd, now: number): History {
  const records = total(end.sent);
  return {
    minutes: withMinute(history.minutes, end, records, now),
    cycles: withCycle(history.cycles, end, records, now),
    today: withToday(todayOf(history, now), end),
  };
}

/** What was sent today; nothing when the last cycle was yesterday. */
export function todayOf(history: History, now: number): History['today'] {
  const day = localDay(now);
  return history.today.day === day ? history.today : { day, sent: {}, deletes: 0 };
}

export interface DaySummary {
  checks: number;
  failures: number;
  records: number;
  deletes: number;
}

export function lastDay(history: History, now: number): DaySummary {
  const sum: DaySummary = { checks: 0, failures: 0, records: 0, deletes: 0 };
  for (const minute of recent(history.minutes, now)) {
    sum.checks += minute.cycles;
    sum.failures += minute.failures;
    sum.records += minute.records;
    sum.deletes += minute.deletes;
  }
  return sum;
}

/** The plot's columns; null where no cycle ended. */
export interface Plot {
  /** Seconds since the epoch, the beginning of each five minutes. */
  times: number[];
  records: (number | null)[];
  seconds: (number | null)[];
  failures: (number | null)[];
}

export function plotOf(history: History, now: number): Plot {
  const lastPoint = Math.floor(now / minuteMs / pointMinutes);
  const points = dayMs / minuteMs / pointMinutes;
  const firstPoint = lastPoint - points + 1;
  const nothing = () => new Array<number | null>(points).fill(null);
  const plot: Plot = {
    times: Array.from({ length: points }, (_, index) => (firstPoint + index) * pointMinutes * 60),
    ...{ records: nothing(), seconds: nothing(), failures: nothing() },
  };
  for (const { minute, records, deletes, seconds, failures } of history.minutes) {
    const index = Math.floor(minute / pointMinutes) - firstPoint;
    if (index < 0 || index >= points) continue;
    plot.records[index] = (plot.records[index] ?? 0) + records + deletes;
    plot.seconds[index] = Math.max(plot.seconds[index] ?? 0, seconds);
    plot.failures[index] = (plot.failures[index] ?? 0) + failures;
  }
  return plot;
}

export function total(sent: Partial<Record<Kind, number>>): number {
  return Object.values(sent).reduce((sum, records) => sum + records, 0);
}

function withMinute(minutes: History['minutes'], end: CycleEnd, records: number, now: number): History['minutes'] {
  const minute = Math.floor(now / minuteMs);
  const kept = recent(minutes, now);
  const last = kept.at(-1);
  const before =
    last?.minute === minute ? last : { minute, cycles: 0, failures: 0, records: 0, deletes: 0, seconds: 0 };
  const after = {
    minute,
    cycles: before.cycles + 1,
    failures: before.failures + (end.outcome === 'failed' ? 1 : 0),
    records: before.records + records,
    deletes: before.deletes + end.deletes,
    seconds: Math.max(before.seconds, end.seconds),
  };
  return last?.minute === minute ? [...kept.slice(0, -1), after] : [...kept, after];
}

/** A check that found nothing replaces the previous one: otherwise a quiet night would fill the table. */
function withCycle(cycles: PastCycle[], end: CycleEnd, records: number, now: number): PastCycle[] {
  const cycle: PastCycle = {
    ...{ at: now, outcome: end.outcome, seconds: end.seconds, records },
    ...{ deletes: end.deletes, buckets: end.bucketsRead, held: end.held.length },
    ...(end.problem === undefined ? {} : { code: end.problem.code }),
  };
  const quiet = (other: PastCycle | undefined) => other?.outcome === 'unchanged' && other.held === 0;
  const rest = quiet(cycle) && quiet(cycles[0]) ? cycles.slice(1) : cycles;
  return [cycle, ...rest].slice(0, mostCycles);
}

function withToday(today: History['today'], end: CycleEnd): History['today'] {
  const sent = { ...today.sent };
  for (const kind of kinds) {
    const records = end.sent[kind] ?? 0;
    if (records > 0) sent[kind] = (sent[kind] ?? 0) + records;
  }
  return { ...today, sent, deletes: today.deletes + end.deletes };
}

function recent(minutes: History['minutes'], now: number): History['minutes'] {
  const from = (now - dayMs) / minuteMs;
  // Minutes in the future come from a clock that has been set back since.
  return minutes.filter(({ minute }) => minute > from && minute <= now / minuteMs);
}
