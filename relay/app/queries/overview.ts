/** Whether a district is in step: what PowerSchool, the mirror and Microsoft 365 have, and why they differ. */
import type { z } from 'zod';
import type { Kind } from '../../../shared/roster.ts';
import { isOpen } from '../../model/hold.ts';
import { readLeftOut } from '../../store/roster/left-out.ts';
import { countDistrict, type DistrictCounts } from '../../store/runs/district-counts.ts';
import { readDayCounts, readProblemDays, readRunDays } from '../../store/runs/run-counts.ts';
import { listRuns, type PastRun } from '../../store/runs/run-history.ts';
import type { TenantScope } from '../../store/store.ts';
import { readFleet } from '../../store/tenants/fleet-view.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { longestPauseMs } from '../../sync/longest-pause.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, enter } from '../perform.ts';
import { describeFleet, type FleetLine } from './fleet.ts';
import type { statusAnswer } from './status.ts';

const dayMs = 86_400_000;
const shownDays = 30;
const shownRuns = 5;

export type Status = z.infer<typeof statusAnswer>;

/** A row of the comparison. */
export interface Comparison {
  what: string;
  powerSchool: number;
  mirror: number;
  microsoft: number;
  /** Why they differ, as sentences; empty where they do not. */
  why: string[];
}

export interface PlottedDay {
  /** UTC: `2026-09-01`. */
  day: string;
  changes: number;
  failed: number;
  /** Mean of the runs that changed something; null without one. */
  seconds: number | null;
  /** Null before the first run. */
  problems: number | null;
}

export interface OverviewFacts {
  line: FleetLine | undefined;
  counts: DistrictCounts;
  /** Rows that cannot become records, by kind. */
  leftOut: Readonly<Partial<Record<Kind, number>>>;
  runs: PastRun[];
  days: PlottedDay[];
}

/** @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function overviewNow(
  app: AppContext,
  actor: Actor,
  tenant: Tenant,
  nowMs: number,
): Promise<OverviewFacts> {
  await enter(app.store, actor, 'status', tenant);
  const fleet = await app.store.readSystem((scope) => readFleet(scope, [tenant.id]));
  const facts = await ask(app, actor, { question: 'status', tenant }, async (scope) => ({
    counts: await countDistrict(scope),
    leftOut: countKinds(await readLeftOut(scope)),
    runs: await listRuns(scope, { limit: shownRuns }),
    days: await daysOf(scope, nowMs),
  }));
  return { line: describeFleet(fleet, nowMs).districts[0], ...facts };
}

function countKinds(rows: readonly { kind: Kind }[]): Partial<Record<Kind, number>> {
  return Object.fromEntries([...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, ofKind]) => [kind, ofKind.length]));
}

/** The last days, today included, in UTC. */
async function daysOf(scope: TenantScope, nowMs: number): Promise<PlottedDay[]> {
  const days = Array.from({ length: shownDays }, (_, back) => dayOf(nowMs - (shownDays - 1 - back) * dayMs));
  const since = days[0] ?? dayOf(nowMs);
  const counts = Map.groupBy(await readDayCounts(scope, since), ({ day }) => day);
  const runs = new Map((await readRunDays(scope, since)).map((one) => [one.day, one]));
  const problems = new Map((await readProblemDays(scope, since)).map((one) => [one.day, one.problems]));
  let last: number | null = null;
  return days.map((day) => {
    const ofDay = counts.get(day) ?? [];
    last = problems.get(day) ?? last;
    return {
      day,
      changes: ofDay.reduce((sum, { done }) => sum + done, 0),
      failed: ofDay.reduce((sum, { failed }) => sum + failed, 0),
      seconds: runs.get(day)?.seconds?.mean ?? null,
      problems: last,
    };
  });
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Side by side. Pure. */
export function compare({ roster, provisioning, profiles }: Status, { counts, leftOut }: OverviewFacts): Comparison[] {
  const { records } = roster;
  const { applied, holds } = provisioning;
  const { accounts, departed, troubled } = counts;
  const isWriting = profiles.some(({ state }) => state === 'enabled');
  const held = holds.filter(isOpen).reduce((sum, hold) => sum + hold.count, 0);
  const row = (what: string, kind: Kind, microsoft: number, key: string | undefined, extra: readonly string[] = []) => {
    const mirror = records[kind];
    const out = leftOut[kind] ?? 0;
    const gone = key === undefined ? 0 : (departed[key] ?? 0);
    const wrong = key === undefined ? 0 : (troubled[key] ?? 0);
    const isExplained = mirror === microsoft + wrong;
    const reasons = [
      ...(out > 0 ? [`${number(out)} could not become records, because a value is missing or unusable.`] : []),
      ...(mirror === microsoft || isExplained ? [] : extra),
      ...(mirror !== microsoft && gone > 0
        ? [`${number(gone)} ${gone === 1 ? 'is' : 'are'} gone from PowerSchool and still in Microsoft 365.`]
        : []),
      ...(mirror !== microsoft && wrong > 0 ? [`${number(wrong)} ${wrong === 1 ? 'has' : 'have'} a problem.`] : []),
      ...(mirror > microsoft && !isWriting ? ['No profile is enabled, so nothing is written.'] : []),
      ...(mirror !== microsoft && !isExplained && held > 0 ? ['Some changes wait for a decision.'] : []),
    ];
    const rest = 'The rest is in no profile, belongs to another term, or comes with the next run.';
    const why = mirror > microsoft + wrong && isWriting ? [...reasons, rest] : reasons;
    return { what, powerSchool: mirror + out, mirror, microsoft, why };
  };
  return [
    row('Schools', 'school', applied.school ?? 0, 'school'),
    row('Students', 'student', accounts.students ?? 0, 'students', [
      'A student of two schools has two records and one account.',
    ]),
    row('Staff', 'teacher', accounts.teachers ?? 0, 'teachers', [
      'Staff of two schools have two records and one account.',
    ]),
    row('Classes', 'section', applied.class ?? 0, 'class'),
    row('Students in classes', 'studentEnrollment', applied.member ?? 0, undefined, [
      'Owners of classes are also members.',
    ]),
    row('Teachers of classes', 'teacherRoster', applied.owner ?? 0, undefined, [
      'Somebody with two assignments in a class is one owner.',
    ]),
  ];
}

/** When something runs next, as a sentence; `at`: milliseconds since the epoch, for its end. */
export function nextRun(
  { profiles, provisioning }: Status,
  [last]: readonly PastRun[],
): { words: string; at: number | null } {
  if (provisioning.turn !== null) return { words: 'A run is in progress.', at: null };
  if (profiles.length === 0) return { words: 'Nothing runs before the district has a profile.', at: null };
  if (profiles.every(({ state }) => state === 'paused'))
    return { words: 'Nothing runs, because every profile is paused.', at: null };
  if (last === undefined) return { words: 'As soon as a complete roster has arrived.', at: null };
  const at = Date.parse(last.finishedAt ?? last.startedAt) + longestPauseMs;
  return { words: 'As soon as PowerSchool changes, and at the latest', at };
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
