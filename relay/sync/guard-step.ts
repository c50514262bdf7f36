/** The step between plan and apply: hold back what is too much, and keep what people decide about it. */
import { isDeepStrictEqual } from 'node:util';
import type { Hold, HoldRecord } from '../model/hold.ts';
import type { Plan } from '../model/operation.ts';
import { approvalsInForce, nextStep } from '../plan/decisions.ts';
import { type Guarded, guard } from '../plan/guard.ts';
import { nextLastGood, type SchoolSource } from '../plan/source-guard.ts';
import { endApprovals, readHolds, replaceHolds } from '../store/guard/holds.ts';
import { writeLastGood } from '../store/guard/last-good.ts';
import type { TenantScope } from '../store/store.ts';
import { guardContext, sourcesOf } from './guard-context.ts';
import type { ProfileState } from './state/tenant-state.ts';

export interface Checked extends Guarded {
  /** Approvals that let something proceed. */
  used: HoldRecord[];
  /** Holds that somebody should be told about. */
  news: { event: 'hold.opened' | 'hold.reopened' | 'hold.expired'; hold: HoldRecord }[];
}

/** What the guard says of a plan under the decisions there are. Changes nothing. */
export async function checkPlan(scope: TenantScope, state: ProfileState, plan: Plan, now: string): Promise<Guarded> {
  return guard(plan, guardContext(state, approvalsInForce(await readHolds(scope, state.profile.name), now)));
}

/**
 * The same, and keeps what is held. In one transaction, so that no decision made meanwhile is lost.
 *
 * @param inUse approvals under which the run has let something proceed already
 */
export async function holdBack(
  scope: TenantScope,
  state: ProfileState,
  plan: Plan,
  now: string,
  inUse: readonly HoldRecord[] = [],
): Promise<Checked> {
  const { name } = state.profile;
  const known = new Map((await readHolds(scope, name)).map((hold) => [hold.key, hold]));
  const approvals = approvalsInForce([...known.values()], now);
  const countOf = new Map(inUse.map(({ key, count }) => [key, count]));
  for (const [key, count] of countOf) approvals.set(key, Math.max(0, (approvals.get(key) ?? 0) - count));
  const guarded = guard(plan, guardContext(state, approvals));
  const step = (hold: Hold) => nextStep(known.get(hold.key), hold, now, state.profile.guards.expiryDays);
  const [holds, approved] = [guarded.holds.map(step), guarded.approved.map(step)];
  const steps = [...holds, ...approved];
  const renewed = new Set(steps.map(({ record }) => record.key));
  // They stay until the run has come to its end.
  const others = inUse.flatMap(({ key }) => (renewed.has(key) ? [] : (known.get(key) ?? [])));
  if (known.size + steps.length > 0) {
    await replaceHolds(scope, name, [...steps.map(({ record }) => record), ...others]);
  }
  return {
    ...guarded,
    used: [
      ...approved.map(({ record }) => ({ ...record, count: record.count + (countOf.get(record.key) ?? 0) })),
      ...inUse.filter(({ key }) => !renewed.has(key)),
    ],
    news: steps.flatMap(({ record, news }) => (news === undefined ? [] : [{ event: `hold.${news}`, hold: record }])),
  };
}

/**
 * After a run that came to its end: approvals that were carried out are over, and what PowerSchool shows is what the next
 * run compares with, except where something about it is still held.
 */
export async function settleGuard(
  scope: TenantScope,
  state: ProfileState,
  { holds, used }: Pick<Checked, 'holds' | 'used'>,
  failed: number,
  now: string,
): Promise<void> {
  // What Graph refused is planned again, under the same approval and for the same reason.
  const unfinished = failed === 0 ? [] : used;
  const { tenant } = state;
  if (failed === 0) await endApprovals(scope, state.profile.name, used);
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
