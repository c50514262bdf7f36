/**
 * Decides what to do about a difference: by what should be, by the profile's policy, and by how certain it is. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Body } from '../model/body.ts';
import { type GroupingId, objectOf } from '../model/keys.ts';
import { isAccountKey, isPersonKey, type MemberKey } from '../model/person-key.ts';
import type { DesiredState } from '../plan/desired.ts';
import type { DriftPolicy } from '../profile/drift.ts';
import { partsLike } from './compare.ts';
import { type Drift, membershipOf, type Verdict } from './ledger.ts';

/**
 * How long after a write of ours a difference means nothing: Graph reads from any replica, and a write shows within
 * seconds, sometimes minutes (developer blog "Designing for Eventual Consistency", 2026).
 */
export const settleMs = 10 * 60_000;

/** How many repairs before it counts as contended: one removal may be a mistake, two are intentional. */
export const mostRepairs = 2;

/**
 * What happens: `accept` corrects the applied state, because the actual state is right or no longer matters; `repair`
 * corrects it because the actual state is wrong, and the plan then restores it.
 */
export type Judgment = Exclude<Verdict, 'repaired'> | 'accept' | 'repair';

export interface JudgeFacts {
  policy: DriftPolicy;
  /** Whether the profile writes. */
  enabled: boolean;
  /** Of the object. */
  desired: DesiredState;
  /** When we last wrote to the object, in milliseconds; undefined if that was long ago. */
  writtenAt: number | undefined;
  nowMs: number;
}

export function judge(drift: Drift, facts: JudgeFacts): Judgment {
  const { policy, desired } = facts;
  if (!facts.enabled || isYoung(facts)) return 'waiting';
  switch (drift.kind) {
    case 'missing':
      return isDesired(drift, desired) ? byPolicy(policy.memberships, drift) : 'accept';
    case 'foreign':
      if (isDesired(drift, desired)) return 'accept';
      if (isWaiting(drift, desired)) return 'kept';
      return afterAWhile(byPolicy(foreignPolicy(drift, policy), drift), drift, facts);
    case 'changed': {
      const wanted = bodyOf(drift, desired)?.[drift.item];
      if (wanted === undefined) return 'kept';
      if (isDeepStrictEqual(wanted, partsLike(wanted, drift.theirs))) return 'accept';
      return byPolicy(policy.attributes, drift);
    }
    case 'deleted':
      if (bodyOf(drift, desired) === undefined) return 'accept';
      return byPolicy(policy.deletedObjects === 'recreate' ? 'repair' : policy.deletedObjects, drift);
  }
}

/**
 * Nobody is removed from a school or a security group for having been put there: a school's administrative unit defines
 * which administrators manage an account, and a group what people may do, which no roster knows. The addition is only
 * reported.
 */
function foreignPolicy({ object }: Drift, { foreignMembers }: DriftPolicy): 'repair' | 'report' | 'keep' {
  if (foreignMembers !== 'remove') return foreignMembers;
  return objectOf(object).kind === 'class' ? 'repair' : 'report';
}

function byPolicy(policy: 'repair' | 'report' | 'ignore' | 'keep', { repairs }: Drift): Judgment {
  if (policy === 'ignore' || policy === 'keep') return 'kept';
  if (policy === 'report') return 'reported';
  return repairs < mostRepairs ? 'repair' : 'contended';
}

/** An account outside the roster may get its person in the very next run; if it does not, it belongs to a stranger. */
function afterAWhile(judgment: Judgment, { item, firstAt }: Drift, { nowMs }: JudgeFacts): Judgment {
  const isAccount = isAccountKey(membershipOf(item).target);
  const isNew = nowMs - Date.parse(firstAt) < settleMs;
  return judgment === 'repair' && isAccount && isNew ? 'waiting' : judgment;
}

function isYoung({ writtenAt, nowMs }: JudgeFacts): boolean {
  return writtenAt !== undefined && nowMs - writtenAt < settleMs;
}

function isDesired({ object, item }: Drift, desired: DesiredState): boolean {
  const membership = membershipOf(item);
  const { kind, key } = objectOf(object);
  if (membership.relation === 'schoolClass') {
    return kind === 'school' && desired.classes.get(membership.target)?.schoolId === key && desired.allSchools.has(key);
  }
  const { members, owners, schoolUsers } = desired;
  if (kind === 'user') return false;
  if (kind === 'group') return isInGroup(membership.target, key, desired);
  const people: ReadonlySet<MemberKey> | undefined =
    kind === 'school'
      ? schoolUsers.get(key)
      : { member: members, owner: owners, schoolUser: undefined, groupMember: undefined }[membership.relation]?.get(
          key,
        );
  return people?.has(membership.target) === true;
}

function isInGroup(target: MemberKey, id: GroupingId, { groups }: DesiredState): boolean {
  return isPersonKey(target) && groups.looksAfter(id) && groups.placesOf(target)?.groups.includes(id) === true;
}

/** Left alone in any state: not started yet, or claimed by two profiles. */
function isWaiting({ object, item }: Drift, { waiting }: DesiredState): boolean {
  const { kind, key } = objectOf(object);
  const people: ReadonlySet<string> | undefined = kind === 'class' ? waiting.get(key) : undefined;
  return people?.has(membershipOf(item).target) === true;
}

function bodyOf({ object }: Drift, desired: DesiredState): Body | undefined {
  const { kind, key } = objectOf(object);
  if (kind === 'school') return desired.schools.get(key);
  if (kind === 'group') return groupBody(key, desired);
  return kind === 'class' ? desired.classes.get(key)?.body : desired.users.get(key)?.body;
}

/** A group of an option that was taken out, or of a school that is gone, is nobody's business. */
function groupBody(id: GroupingId, { groups }: DesiredState): Body | undefined {
  const displayName = groups.looksAfter(id) ? groups.nameOf(id) : undefined;
  return displayName === undefined ? undefined : { displayName };
}
