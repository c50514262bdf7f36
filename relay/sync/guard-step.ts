/** The step between plan and apply: holds what exceeds the limits, and keeps people's decisions. */
import { isDeepStrictEqual } from 'node:util';
import type { Hold, HoldRecord } from '../model/hold.ts';
import { type Operation, type Plan, weightOf } from '../model/operation.ts';
import { approvalsInForce, type Begun, begunApprovals, nextStep } from '../plan/decisions.ts';
import { type GuardContext, type Guarded, guard, type Passed } from '../plan/guard.ts';
import { dayBefore, earlierThan, hourOf, type RecentChanges } from '../plan/recent-changes.ts';
import { nextLastGood, type SchoolSource } from '../plan/source-guard.ts';
import { endApprovals, readHolds, replaceHolds, type StoredHold } from '../store/guard/holds.ts';
import { writeLastGood } from '../store/guard/last-good.ts';
import { answerForChanges, forgetChanges, redateChanges } from '../store/guard/recent-changes.ts';
import type { TenantScope } from '../store/store.ts';
import { guardContext, sourcesOf } from './guard-context.ts';
import type { ProfileState } from './state/tenant-state.ts';

export interface Checked extends Guarded {
  /** Approvals in use. */
  used: HoldRecord[];
  /** Holds to report. */
  news: { event: 'hold.opened' | 'hold.reopened' | 'hold.expired'; hold: HoldRecord }[];
}

/** Checks a plan under the current decisions. Changes nothing. */
export async function checkPlan(scope: TenantScope, state: ProfileState, plan: Plan, now: string): Promise<Guarded> {
  const holds = await readHolds(scope, state.profile.name);
  const earlier = earlierThan(now, state.tenant.recent, [], holds);
  return guard(plan, guardContext(state, approvalsInForce(holds, now), earlier));
}

/**
 * The same for operations that are carried out before the rest of the plan: marked, so that they count as they would later. What the
 * guard holds is held here too, and stays to be stored by the run of the profile.
 *
 * @param coming operations of the profile that are admitted and not recorded as done
 */
export async function checkMarked(
  scope: TenantScope,
  state: ProfileState,
  plan: Plan,
  now: string,
  coming: readonly Operation[],
): Promise<Guarded> {
  const holds = await readHolds(scope, state.profile.name);
  const approvals = approvalsInForce(holds, now);
  withoutComing(approvals, coming, state.profile.name);
  const context = guardContext(state, approvals, earlierThan(now, state.tenant.recent, coming, holds));
  const guarded = guard(plan, context);
  const found = new Set([...guarded.holds, ...guarded.approved].map(({ key }) => key));
  const unseen = holds.filter(({ key }) => !found.has(key));
  const begun = begunApprovals(unseen, approvals, guarded.passed, now);
  return {
    ...guarded,
    proceed: marked(guarded.proceed, withBegun(guarded.passed, begun), state.profile.name, context),
  };
}

/** What is about to be carried out under approvals is no longer left of them. */
function withoutComing(approvals: Map<string, number>, coming: readonly Operation[], name: string): void {
  for (const operation of coming) {
    const { profile, hold = '' } = operation.approvedBy ?? {};
    const most = profile === name ? approvals.get(hold) : undefined;
    if (most !== undefined) approvals.set(hold, Math.max(0, most - weightOf(operation)));
  }
}

function withBegun(passed: readonly Passed[], begun: readonly Begun[]): Passed[] {
  const approvedBy = new Map(begun.flatMap(({ record, groups }) => groups.map((group) => [group, record.key])));
  return passed.map((group) => ({ ...group, approvedBy: group.approvedBy ?? approvedBy.get(group) }));
}

export interface UnderGuard {
  /** Approvals that the run already uses. */
  inUse: readonly HoldRecord[];
  /**
   * Operations admitted in this turn, by any run, that may still be carried out. Called when the changes done are
   * counted.
   */
  underWay(): readonly Operation[];
}

/** The same, and stores what is held. In one transaction, so no decision made meanwhile is lost. */
export async function holdBack(
  scope: TenantScope,
  state: ProfileState,
  plan: Plan,
  now: string,
  { inUse, underWay }: UnderGuard,
): Promise<Checked> {
  const { name, guards } = state.profile;
  const { recent } = state.tenant;
  const stored = await readHolds(scope, name);
  const known = new Map((await withoutDone(scope, recent, stored, inUse)).map((hold) => [hold.key, hold]));
  await keepShort(scope, recent, now);
  const approvals = approvalsInForce([...known.values()], now);
  const coming = underWay();
  withoutComing(approvals, coming, name);
  const context = guardContext(state, approvals, earlierThan(now, recent, coming, [...known.values()]));
  const guarded = guard(plan, context);
  const step = (hold: Hold) => nextStep(known.get(hold.key), hold, now, guards.expiryDays);
  const [holds, approved] = [guarded.holds.map(step), guarded.approved.map(step)];
  const steps = [...holds, ...approved];
  const found = new Set(steps.map(({ record }) => record.key));
  const unseen = [...known.values()].filter(({ key }) => !found.has(key));
  const begun = begunApprovals(unseen, approvals, guarded.passed, now);
  const renewed = new Set([...found, ...begun.map(({ record }) => record.key)]);
  // They stay until the run has ended.
  const others = inUse.flatMap(({ key }) => (renewed.has(key) ? [] : (known.get(key) ?? [])));
  const isInUse = new Set(inUse.map(({ key }) => key));
  // The rest of what was approved is no longer needed, and part of it is done.
  const over = unseen.filter(({ key, carriedOut }) => carriedOut > 0 && !renewed.has(key) && !isInUse.has(key));
  await answerFor(scope, recent, over);
  if (stored.length + steps.length > 0) {
    const records = [...steps, ...begun].map(({ record }) => record);
    await replaceHolds(scope, name, [...records, ...others]);
  }
  const passed = withBegun(guarded.passed, begun);
  return {
    ...guarded,
    proceed: marked(guarded.proceed, passed, name, context),
    used: [...[...approved, ...begun].map(({ record }) => record), ...inUse.filter(({ key }) => !renewed.has(key))],
    news: steps.flatMap(({ record, news }) => (news === undefined ? [] : [{ event: `hold.${news}`, hold: record }])),
  };
}

/** Leaves out approvals whose last operation was carried out by a run that was killed before its end. */
async function withoutDone(
  scope: TenantScope,
  recent: RecentChanges,
  holds: readonly StoredHold[],
  inUse: readonly HoldRecord[],
): Promise<StoredHold[]> {
  const isInUse = new Set(inUse.map(({ key }) => key));
  const isDone = ({ key, state, decidedCount, carriedOut }: HoldRecord) =>
    state === 'approved' && carriedOut >= (decidedCount ?? 0) && !isInUse.has(key);
  await answerFor(scope, recent, holds.filter(isDone));
  return holds.filter((hold) => !isDone(hold));
}

/**
 * Determines for each operation where it counts once done: under an approval, or in a school if it changes something
 * there.
 */
function marked(proceed: Plan, passed: readonly Passed[], profile: string, context: GuardContext): Plan {
  const marks = new Map<Operation, Pick<Operation, 'passedIn' | 'approvedBy'>>();
  for (const group of passed) {
    const { schoolId, approvedBy: hold } = group;
    const mark = hold === undefined ? { passedIn: schoolId } : { approvedBy: { profile, hold } };
    for (const operation of hold === undefined ? context.changing(group) : group.operations) marks.set(operation, mark);
  }
  if (marks.size === 0) return proceed;
  return proceed.map((operation) => {
    const mark = marks.get(operation);
    return mark === undefined ? operation : { ...operation, ...mark };
  });
}

/** Deletes counts older than a day, or than the day before the oldest hold. */
async function keepShort(scope: TenantScope, recent: RecentChanges, now: string): Promise<void> {
  if (recent.redate(now)) await redateChanges(scope, now);
  if (!recent.hasBefore(hourOf(dayBefore(now, [])))) return;
  const before = hourOf(dayBefore(now, await readHolds(scope)));
  if (recent.forget(before)) await forgetChanges(scope, before);
}

/**
 * After a complete run: approvals that were carried out end, and the current roster becomes the baseline of the next run,
 * except where something is still held.
 */
export async function settleGuard(
  scope: TenantScope,
  state: ProfileState,
  { holds, used }: Pick<Checked, 'holds' | 'used'>,
  failed: number,
  now: string,
): Promise<void> {
  // Refused operations are planned again, under the same approval and for the same reason.
  const unfinished = failed === 0 ? [] : used;
  const { tenant } = state;
  if (failed === 0) {
    await endApprovals(scope, state.profile.name, used);
    await answerFor(scope, tenant.recent, used);
  }
  const suspicious = new Set(
    [...holds, ...unfinished]
      .filter(({ rule }) => rule !== 'share' && rule !== 'total')
      .map(({ schoolId }) => schoolId),
  );
  if (suspicious.size === 0 && used.length === 0 && state.goodVersion === tenant.version) return;
  const changed = new Map<string, SchoolSource>();
  for (const [schoolId, source] of sourcesOf(state)) {
    const before = tenant.lastGood.get(schoolId);
    const next = suspicious.has(schoolId) ? before : nextLastGood(before, source);
    if (next !== undefined && !isDeepStrictEqual(before, next)) changed.set(schoolId, next);
  }
  await writeLastGood(scope, changed, now);
  for (const [schoolId, source] of changed) tenant.lastGood.set(schoolId, source);
  state.goodVersion = suspicious.size === 0 ? tenant.version : -1;
}

/** An approval also covers the earlier changes that led to the hold: they no longer count. */
async function answerFor(scope: TenantScope, recent: RecentChanges, approved: readonly HoldRecord[]): Promise<void> {
  for (const { kind, schoolId, rule, earlier, decidedAt } of approved) {
    if (earlier === 0 || decidedAt === null) continue;
    await answerForChanges(scope, kind, rule === 'total' ? undefined : schoolId, decidedAt);
    if (rule === 'total') recent.answerForDistrict(kind, decidedAt);
    else recent.answerForSchool(kind, schoolId, decidedAt);
  }
}
