/** How much of each kind is usual in a district: what it did on the days before. */
import { type DayCount, readDayCounts } from '../../store/runs/run-counts.ts';
import type { TenantScope } from '../../store/store.ts';

const dayMs = 86_400_000;

/** Days that are looked back at. */
export const usualDays = 30;

/** Operations of one kind that were carried out, a day. */
export interface Usual {
  /** On the day in the middle, days without any included. */
  median: number;
  most: number;
  /** The day of the most, in UTC: `2026-09-01`; null if there were none. */
  mostOn: string | null;
}

const none: Usual = { median: 0, most: 0, mostOn: null };

/** @param nowMs milliseconds since the epoch @returns a function of the kind */
export async function usualNow(scope: TenantScope, nowMs: number): Promise<(kind: string) => Usual> {
  const since = new Date(nowMs - usualDays * dayMs).toISOString().slice(0, 10);
  const usual = usualOf(await readDayCounts(scope, since));
  return (kind) => usual.get(kind) ?? none;
}

/** By kind. Pure. */
export function usualOf(counts: readonly DayCount[]): Map<string, Usual> {
  const byKind = Map.groupBy(counts, ({ kind }) => kind);
  return new Map(
    [...byKind].map(([kind, days]) => {
      const done = days.map((one) => one.done).sort((a, b) => a - b);
      const quiet = Math.max(0, usualDays - done.length);
      const middle = Math.floor(usualDays / 2) - quiet;
      const most = days.reduce((best, one) => (one.done > best.done ? one : best), {
        done: 0,
        day: null as string | null,
      });
      return [kind, { median: middle < 0 ? 0 : (done[middle] ?? 0), most: most.done, mostOn: most.day }];
    }),
  );
}

/** How a number of operations compares with what is usual, as a sentence. */
export function usualWords(count: number, { median, most, mostOn }: Usual): string {
  const number = (value: number) => value.toLocaleString('en-US');
  if (mostOn === null) return `Nothing of this kind was done in the last ${usualDays} days.`;
  const times = median === 0 ? '' : ` That is ${number(Math.round(count / median))} times an ordinary day.`;
  const record =
    count > most
      ? `More than on any of the last ${usualDays} days`
      : `Not more than on the busiest of the last ${usualDays} days`;
  return `${record}: ${number(most)} on ${mostOn}, ${number(median)} on an ordinary day.${count > median ? times : ''}`;
}
