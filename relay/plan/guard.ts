/**
 * The guard: looks at a plan before anything is written and holds back what is too much for an ordinary day, together with what was
 * carried out in the 24 hours before. Pure, and recomputed in every run. What is held is held per operation type and school;
 * everything else proceeds. A first run passes: where nothing has been applied and no earlier reading is known, there is nothing to
 * compare with.
 */

import { type GuardRule, type Hold, otherSchools } from '../model/hold.ts';
import type { SchoolId } from '../model/keys.ts';
import { type Operation, type OperationKind, type Plan, weightOf } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';
import type { GuardCell } from '../operations/spec.ts';
import type { GuardSettings } from '../profile/guards.ts';
import { dependsOn } from './dependents.ts';
import { alsoEarlier, effectOf, profileReason, shareReason, totalReason } from './guard-words.ts';
import type { Earlier } from './recent-changes.ts';
import { lookForRollover, lookForSourceLoss, type SchoolSource } from './source-guard.ts';

type Effect = GuardCell['effect'] | 'repair';

/** Additions pass, unless they make again what somebody undid: anyone who undid much at once may have meant it. */
export function effectOn({ kind, repair }: Pick<Operation, 'kind' | 'repair'>): Effect {
  const { guard } = specOf(kind);
  return repair === true && guard.effect === 'addition' && guard.repair !== undefined ? 'repair' : guard.effect;
}

/** Operations of one kind in one school. */
export interface OfSchool {
  kind: OperationKind;
  schoolId: SchoolId;
  operations: Operation[];
}

export interface GuardContext {
  settings: GuardSettings;
  /** The school that an operation happens in. */
  schoolOf(operation: Operation): SchoolId;
  /** What the school has of what the operations change: memberships, objects, people. */
  there(group: Readonly<OfSchool>): number;
  /** Those of the operations that change it, and are not something that was due anyway. */
  changing(group: Readonly<OfSchool>): readonly Operation[];
  /** What was carried out, or let pass, within 24 hours. */
  earlier: Earlier;
  /** PowerSchool's records of a school now. */
  source(schoolId: SchoolId): SchoolSource;
  /** The same at the last good run; undefined when there was none. */
  lastGood(schoolId: SchoolId): SchoolSource | undefined;
  /** How many operations may proceed by approval, by the key of the hold. */
  approvals: ReadonlyMap<string, number>;
}

export interface Guarded {
  proceed: Plan;
  /** The operations that wait, and those that need what they would bring about; together with `proceed` they are the plan. */
  held: Plan;
  holds: Hold[];
  /** What would be held, had it not been approved. */
  approved: Hold[];
  /** What no rule holds, without additions. Some of it may be held because of what it needs. */
  passed: Passed[];
}

export interface Passed extends OfSchool {
  /** Key of the hold that was approved; undefined where no rule found it too much. */
  approvedBy: string | undefined;
}

/** Operations named in a hold. */
const sampleSize = 5;

export function guard(plan: Plan, context: GuardContext): Guarded {
  const groups = grouped(plan, context);
  const found = new Map<string, Hold>();
  for (const group of groups) {
    const hold = lookAt(group, context);
    if (hold !== undefined) found.set(group.id, hold);
  }
  for (const ofKind of Map.groupBy(groups, (group) => group.kind).values()) {
    const rest = ofKind.filter((group) => !found.has(group.id));
    const hold = lookAtTotal(rest, context);
    if (hold !== undefined) for (const group of rest) found.set(group.id, hold);
  }

  const all = [...new Set(found.values())];
  const [holds, approved] = parted(all, (hold) => !isApproved(hold, context.approvals));
  const waiting = new Set(holds);
  const isHeld = (operation: Operation) => {
    if (effectOn(operation) === 'addition') return false;
    const hold = found.get(groupId(operation.kind, context.schoolOf(operation)));
    return hold !== undefined && waiting.has(hold);
  };
  const passed = groups.flatMap(({ id, kind, schoolId, operations }) => {
    const hold = found.get(id);
    return hold !== undefined && waiting.has(hold) ? [] : [{ kind, schoolId, operations, approvedBy: hold?.key }];
  });
  if (holds.length === 0) return { proceed: plan, held: [], holds, approved, passed };
  const depends = dependsOn(plan.filter(isHeld));
  const [held, proceed] = parted(plan, (operation) => isHeld(operation) || depends(operation));
  return { proceed, held, holds, approved, passed };
}

function isApproved({ key, count }: Hold, approvals: ReadonlyMap<string, number>): boolean {
  const most = approvals.get(key);
  return most !== undefined && count <= most;
}

interface Group extends OfSchool {
  id: string;
  effect: Effect;
}

/** Guarded operations by kind and school. */
function grouped(plan: Plan, { schoolOf }: GuardContext): Group[] {
  const groups = new Map<string, Group>();
  for (const operation of plan) {
    const { kind } = operation;
    const effect = effectOn(operation);
    if (effect === 'addition') continue;
    const schoolId = schoolOf(operation);
    const id = groupId(kind, schoolId);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { id, kind, effect, schoolId, operations: [operation] });
    else group.operations.push(operation);
  }
  return [...groups.values()];
}

function groupId(kind: OperationKind, schoolId: SchoolId): string {
  return `${kind}:${schoolId}`;
}

/** The rule that says most about the cause speaks; those after it would only repeat the consequence. */
function lookAt(group: Group, context: GuardContext): Hold | undefined {
  return lookAtSource(group, context) ?? lookAtShare(group, context);
}

function lookAtSource(group: Group, context: GuardContext): Hold | undefined {
  const { kind, effect, schoolId } = group;
  const { settings, lastGood, source, earlier, there } = context;
  if (effect !== 'removal') return undefined;
  const before = lastGood(schoolId);
  if (before === undefined) return undefined;
  const now = source(schoolId);
  const loss = lookForRollover(before, now, settings.rollover) ?? lookForSourceLoss(before, now, settings);
  if (loss === undefined) return undefined;
  const also = earlier.inSchool(kind, schoolId);
  const reason = `${loss.reason}${alsoEarlier(kind, also)}`;
  return holdOf(loss.rule, group, { there: there(group), earlier: also, reason });
}

function lookAtShare(group: Group, { settings, there, changing, earlier }: GuardContext): Hold | undefined {
  const { kind, effect, schoolId, operations } = group;
  const limit = limitOf(effect, settings);
  if (limit === undefined) return undefined;
  const before = earlier.inSchool(kind, schoolId);
  if (countOf(operations) + before <= limit.above) return undefined;
  const changes = countOf(changing(group));
  if (changes === 0 || changes + before <= limit.above) return undefined;
  const now = there(group);
  const outOf = now + (endsWhatIsThere(kind) ? before : 0);
  // No more than all can end or change, however often, so 100 % is never exceeded.
  const most = effect === 'removal' || effect === 'update' ? outOf : Number.POSITIVE_INFINITY;
  if (outOf < limit.population || Math.min(changes + before, most) * 100 <= outOf * limit.percent) return undefined;
  const share = { changes, earlier: before, outOf, limit: limit.percent };
  return holdOf('share', group, { there: now, earlier: before, reason: shareReason(kind, effect === 'repair', share) });
}

/**
 * What was carried out before is missing from what is there now, so a share is of both: slices are measured as one plan would be that has
 * all of them. Who is disabled stays a member of the school.
 */
function endsWhatIsThere(kind: OperationKind): boolean {
  return 'removes' in specOf(kind).does;
}

function countOf(operations: readonly Operation[]): number {
  return operations.reduce((sum, operation) => sum + weightOf(operation), 0);
}

function limitOf(effect: Effect, { removals, repairs, updates, newAccounts }: GuardSettings) {
  switch (effect) {
    case 'removal':
      return { percent: removals.percent, above: removals.above, population: 1 };
    case 'repair':
      return { percent: repairs.percent, above: repairs.above, population: 1 };
    case 'update':
      return { ...updates, above: 0 };
    case 'account':
      return { ...newAccounts, above: 0 };
    case 'addition':
      return undefined;
  }
}

function lookAtTotal(rest: readonly Group[], { settings, earlier }: GuardContext): Hold | undefined {
  const [first] = rest;
  if (first === undefined || (first.effect !== 'removal' && first.effect !== 'repair')) return undefined;
  const { kind, effect } = first;
  const isRepair = effect === 'repair';
  const limit = isRepair ? settings.repairs.total : settings.removals.total;
  const operations = rest.flatMap((group) => group.operations);
  const count = countOf(operations);
  const before = earlier.inDistrict(kind);
  if (count + before <= limit) return undefined;
  const reason = totalReason(kind, isRepair, { changes: count, schools: rest.length, earlier: before, limit });
  return holdOf('total', { kind, schoolId: otherSchools, operations }, { there: 0, earlier: before, reason });
}

function holdOf(
  rule: GuardRule,
  { kind, schoolId, operations }: OfSchool,
  { there, earlier, reason }: Pick<Hold, 'there' | 'earlier' | 'reason'>,
): Hold {
  return {
    key: `${kind}:${schoolId}:${rule}`,
    kind,
    schoolId,
    rule,
    count: countOf(operations),
    there,
    earlier,
    reason: `${reason}${profileReason(operations)}`,
    effect: effectOf(kind, operations),
    sample: operations.slice(0, sampleSize).map((operation) => ({
      key: operation.key,
      ...('personKey' in operation ? { person: operation.personKey } : {}),
      reason: operation.reason,
    })),
  };
}

function parted<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const [yes, no]: [T[], T[]] = [[], []];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
