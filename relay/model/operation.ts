/** The parts of a plan: operations, each with its reason. */
import type { Body } from './body.ts';
import type { DesiredUser } from './desired-user.ts';
import {
  classKey,
  type GroupingId,
  groupKey,
  type ObjectKey,
  type OperationKey,
  type SchoolId,
  type SectionId,
  schoolKey,
} from './keys.ts';
import { isPersonKey, type MemberKey, type PersonKey } from './person-key.ts';

/** Relationships in one PATCH: Graph's limit for `members@odata.bind`. */
export const bindLimit = 20;

/** People to add to one group, a request each. */
export function byRequest(people: readonly PersonKey[]): PersonKey[][] {
  const result: PersonKey[][] = [];
  for (let at = 0; at < people.length; at += bindLimit) result.push(people.slice(at, at + bindLimit));
  return result;
}

/** The parts that every operation has. */
export interface OperationCommon {
  /** Names the operation's object in journal and problems: `class:77`, `students:123`. */
  key: OperationKey;
  reason: string;
  /** Restores what someone else undid: the guard looks at these additions. */
  repair?: true;
  /** Only a change of the profile is the reason: the profile of the last successful run would not have done it. */
  byProfile?: true;
  /** It passed the guard in this school without approval: once done, it counts there for a day. */
  passedIn?: SchoolId;
  /** It passed the guard because somebody approved this hold of the profile. */
  approvedBy?: { profile: string; hold: string };
}

export type Operation = OperationCommon &
  (
    | { kind: 'createSchool'; schoolId: SchoolId; body: Body }
    | { kind: 'updateSchool'; schoolId: SchoolId; before: Body; body: Body }
    | { kind: 'createUser'; personKey: PersonKey; user: DesiredUser }
    | { kind: 'updateUser'; personKey: PersonKey; before: Body; body: Body }
    | { kind: 'assignLicence'; personKey: PersonKey; skuId: string; disabledPlans: readonly string[] }
    | { kind: 'addToLicenceGroup'; groupId: string; people: PersonKey[] }
    | { kind: 'createClass'; sectionId: SectionId; body: Body }
    | { kind: 'updateClass'; sectionId: SectionId; before: Body; body: Body }
    | { kind: 'addSchoolClass'; schoolId: SchoolId; sectionId: SectionId }
    | { kind: 'addSchoolUser'; schoolId: SchoolId; personKey: PersonKey }
    | { kind: 'addOwners'; sectionId: SectionId; people: PersonKey[] }
    | { kind: 'addMembers'; sectionId: SectionId; people: PersonKey[] }
    | { kind: 'removeOwner'; sectionId: SectionId; personKey: MemberKey }
    | { kind: 'removeMember'; sectionId: SectionId; personKey: MemberKey }
    /** Security groups of the people of a role, a school or a grade level. */
    | { kind: 'createGroup'; groupingId: GroupingId; body: Body }
    | { kind: 'updateGroup'; groupingId: GroupingId; before: Body; body: Body }
    | { kind: 'addToGroup'; groupingId: GroupingId; people: PersonKey[] }
    | { kind: 'removeFromGroup'; groupingId: GroupingId; personKey: MemberKey }
    | { kind: 'createTeam'; sectionId: SectionId }
    /** For people and objects that are gone from PowerSchool, or are back. */
    | { kind: 'disableUser'; personKey: PersonKey }
    | { kind: 'revokeSessions'; personKey: PersonKey }
    | { kind: 'enableUser'; personKey: PersonKey }
    | { kind: 'expireClass'; sectionId: SectionId; before: Body; body: Body }
    | { kind: 'archiveTeam'; sectionId: SectionId }
    | { kind: 'unarchiveTeam'; sectionId: SectionId }
  );

export type OperationKind = Operation['kind'];

/** In the order in which people see it. Each operation is sent once what it needs exists: relay/schedule/. */
export type Plan = readonly Operation[];

/** Operations per kind, for people and logs. */
export function countOperations(plan: Plan): Partial<Record<OperationKind, number>> {
  const counts: Partial<Record<OperationKind, number>> = {};
  for (const { kind } of plan) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The objects that it is planned for: planning one of them again replans the operation. */
export function plannedFor(operation: Operation): ObjectKey[] {
  if ('sectionId' in operation) return [classKey(operation.sectionId)];
  if ('people' in operation) return operation.people;
  // Whether somebody belongs into a group, they themselves say.
  if ('groupingId' in operation)
    return 'personKey' in operation ? [operation.personKey].filter(isPersonKey) : [groupKey(operation.groupingId)];
  return ['personKey' in operation ? operation.personKey : schoolKey(operation.schoolId)];
}

/** Person keys of the people concerned. */
export function peopleOf(operation: Operation): MemberKey[] {
  if ('people' in operation) return operation.people;
  return 'personKey' in operation ? [operation.personKey] : [];
}

/** How much the guard counts it for: additions name up to twenty people. */
export function weightOf(operation: Operation): number {
  return Math.max(1, peopleOf(operation).length);
}
