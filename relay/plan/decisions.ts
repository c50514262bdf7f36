/**
 * The life of a hold from run to run. Level-triggered: every run reports again what is too much, and this decides what
 * happens to the existing hold with the same key. A hold whose cause is gone has no next state: it disappears.
 *
 * | state | means | leaves it |
 * |---|---|---|
 * | waiting | nobody has decided | decision; after `expiryDays`: expired |
 * | approved | proceeds, up to a tenth more than approved, until its time; so does what is left of it, even if that is little | carried out: disappears; more: waiting; time passed: expired |
 * | rejected | held, silently | a tenth more or fewer operations than were rejected: waiting |
 * | expired | held like waiting, and reported again every `expiryDays` | decision |
 */
import type { HoldRecord, HoldState } from '../model/hold.ts';
import { covered, type Hold } from '../model/hold.ts';
import { weightOf } from '../model/operation.ts';
import type { Passed } from './guard.ts';

export interface Step {
  record: HoldRecord;
  /** Why someone should be told, if at all. */
  news: 'opened' | 'reopened' | 'expired' | undefined;
}

/** How many operations may still proceed, by key, under the approvals whose time has not passed. */
export function approvalsInForce(records: readonly HoldRecord[], now: string): Map<string, number> {
  const inForce = new Map<string, number>();
  for (const { key, state, expiresAt, decidedCount, carriedOut } of records) {
    if (state !== 'approved' || decidedCount === null || expiresAt === null || expiresAt <= now) continue;
    inForce.set(key, Math.max(0, covered(decidedCount) - carriedOut));
  }
  return inForce;
}

/** An approval, and what proceeds under it. */
export interface Begun {
  record: HoldRecord;
  groups: Passed[];
}

/**
 * Approvals that were carried out in part, for instance by a run that was killed: the rest may be too little for every
 * rule, but is still approved.
 *
 * @param records that no rule has found now
 * @param approvals by key, those in force
 * @param passed what no rule considers too much
 */
export function begunApprovals(
  records: readonly HoldRecord[],
  approvals: ReadonlyMap<string, number>,
  passed: readonly Passed[],
  now: string,
): Begun[] {
  return records.flatMap((record) => {
    const { key, kind, schoolId, rule } = record;
    const isMeant = (group: Passed) =>
      group.approvedBy === undefined && group.kind === kind && (rule === 'total' || group.schoolId === schoolId);
    const groups = passed.filter(isMeant);
    const count = groups.flatMap(({ operations }) => operations).reduce((sum, one) => sum + weightOf(one), 0);
    if (count === 0 || (approvals.get(key) ?? 0) < count) return [];
    return [{ record: { ...record, count, lastSeen: now }, groups }];
  });
}

/**
 * @param known the hold after the last run or decision; undefined for a new one
 * @param found what the guard reports now, whether an approval lets it pass or not
 */
export function nextStep(known: HoldRecord | undefined, found: Hold, now: string, expiryDays: number): Step {
  const later = addDays(now, expiryDays);
  const asked = { decidedBy: null, decidedAt: null, decidedCount: null, carriedOut: 0, expiresAt: later };
  if (known === undefined) {
    return { record: { ...found, ...asked, state: 'waiting', firstSeen: now, lastSeen: now }, news: 'opened' };
  }
  const same: HoldRecord = { ...known, ...found, lastSeen: now };
  const due = known.expiresAt !== null && known.expiresAt <= now;
  if (known.decidedCount !== null && !stillMeant(known.state, known.decidedCount, found.count + known.carriedOut)) {
    return { record: { ...same, ...asked, state: 'waiting' }, news: 'reopened' };
  }
  if (due) return { record: { ...same, ...asked, state: 'expired' }, news: 'expired' };
  return { record: same, news: undefined };
}

/**
 * Whether a decision about this many operations still applies to the current ones. It does to fewer than approved, but
 * not to fewer than rejected.
 */
function stillMeant(state: HoldState, decided: number, count: number): boolean {
  if (state === 'approved') return count <= covered(decided);
  return count <= covered(decided) && count * 10 >= decided * 9;
}

export function addDays(iso: string, days: number): string {
  return new Date(Date.parse(iso) + days * 86_400_000).toISOString();
}
