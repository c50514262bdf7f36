/**
 * The guard: looks at a plan before anything is written and holds back what is too much for an ordinary day. Pure, and
 * recomputed in every run. What is held is held per operation type and school; everything else proceeds. A first run
 * passes: where nothing has been applied and no earlier reading is known, there is nothing to compare with.
 */

import { covers, type GuardRule, type Hold, otherSchools } from '../model/hold.ts';
import type { SchoolId } from '../model/keys.ts';
import { type Operation, type OperationKind, type Plan, peopleOf } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';
import type { GuardCell } from '../operations/spec.ts';
import type { GuardSettings } from '../profile/guards.ts';
import { dependsOn } from './dependents.ts';
import { effectOf, profileReason, shareReason, totalReason } from './guard-words.ts';
import { lookForRollover, lookForSourceLoss, type SchoolSource } from './source-guard.ts';

type Effect = GuardCell['effect'] | 'repair';

/** Additions pass, unless they make again what somebody undid: anyone who undid much at once may have meant it. */
function effectOn({ kind, repair }: Pick<Operation, 'kind' | 'repair'>): Effect {
  const { guard } = specOf(kind);
  return repair === true && guard.effect === 'addition' && guard.repair !== undefined ? 'repair' : guard.effect;
}

/** What an operation counts for: additions name up to twenty people. */
export function weightOf(operation: Operation): number {
  return Math.max(1, peopleOf(operation).length);
}

export interface Measure {
  /** What the school has of what the operations change: memberships, objects, people. */
  there: number;
  /** How many of the operations change that, and are not something that was due anyway. */
  changes: number;
}

export interface GuardContext {
  settings: GuardSettings;
  /** The school that an operation happens in. */
  schoolOf(operation: Operation): SchoolId;
  /** Asked with all operations of one kind in one school. */
  measure(kind: OperationKind, schoolId: SchoolId, operations: readonly Operation[]): Measure;
  /** PowerSchool's records of a school now. */
  source(schoolId: SchoolId): SchoolSource;
  /** The same at the last good run; undefined when there was none. */
  lastGood(schoolId: SchoolId): SchoolSource | undefined;
  /** Number of operations approved, by the key of the hold. */
  approvals: ReadonlyMap<string, number>;
}

export interface Guarded {
  proceed: Plan;
  /** The operations that wait, and those that need what they would bring about; together with `proceed` they are the plan. */
  held: Plan;
  holds: Hold[];
  /** What would be held, had it not been approved. */
  approved: Hold[];
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
    const hold = lookAtTotal(rest, context.settings);
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
  if (holds.length === 0) return { proceed: plan, held: [], holds, approved };
  const depends = dependsOn(plan.filter(isHeld));
  const [held, proceed] = parted(plan, (operation) => isHeld(operation) || depends(operation));
  return { proceed, held, holds, approved };
}

function isApproved({ key, count }: Hold, approvals: ReadonlyMap<string, number>): boolean {
  const approved = approvals.get(key);
  return approved !== undefined && covers(approved, count);
}

interface Group {
  id: string;
  kind: OperationKind;
  effect: Effect;
  schoolId: SchoolId;
  operations: Operation[];
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

function lookAtSource(group: Group, { settings, lastGood, source, measure }: GuardContext): Hold | undefined {
  const { kind, effect, schoolId, operations } = group;
  if (effect !== 'removal') return undefined;
  const before = lastGood(schoolId);
  if (before === undefined) return undefined;
  const now = source(schoolId);
  const loss = lookForRollover(before, now, settings.rollover) ?? lookForSourceLoss(before, now, settings);
  return loss && holdOf(loss.rule, group, measure(kind, schoolId, operations).there, loss.reason);
}

function lookAtShare(group: Group, { settings, measure }: GuardContext): Hold | undefined {
  const { kind, effect, schoolId, operations } = group;
  const limit = limitOf(effect, settings);
  if (limit === undefined || countOf(operations) <= limit.above) return undefined;
  const { there, changes } = measure(kind, schoolId, operations);
  if (there < limit.population || changes <= limit.above || changes * 100 <= there * limit.percent) return undefined;
  return holdOf('share', group, there, shareReason(kind, effect === 'repair', changes, there, limit.percent));
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

function lookAtTotal(rest: readonly Group[], { removals, repairs }: GuardSettings): Hold | undefined {
  const [first] = rest;
  if (first === undefined || (first.effect !== 'removal' && first.effect !== 'repair')) return undefined;
  const limit = first.effect === 'repair' ? repairs.total : removals.total;
  const operations = rest.flatMap((group) => group.operations);
  const count = countOf(operations);
  if (count <= limit) return undefined;
  const { kind, effect } = first;
  const reason = totalReason(kind, effect === 'repair', count, rest.length, limit);
  return holdOf('total', { kind, effect, schoolId: otherSchools, operations }, 0, reason);
}

function holdOf(
  rule: GuardRule,
  { kind, schoolId, operations }: Omit<Group, 'id'>,
  there: number,
  reason: string,
): Hold {
  return {
    key: `${kind}:${schoolId}:${rule}`,
    kind,
    schoolId,
    rule,
    count: countOf(operations),
    there,
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
