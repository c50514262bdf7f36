/** What a plan is made of: operations, each with its reason. */
import type { Body } from './body.ts';
import type { DesiredUser } from './desired-user.ts';
import { classKey, type ObjectKey, type OperationKey, type SchoolId, type SectionId, schoolKey } from './keys.ts';
import type { MemberKey, PersonKey } from './person-key.ts';

/** Relationships in one PATCH: Graph's limit for `members@odata.bind`. */
export const bindLimit = 20;

/** What every operation says. */
export interface OperationCommon {
  /** Names the operation's object in journal and problems: `class:77`, `students:123`. */
  key: OperationKey;
  reason: string;
  /** Makes again what somebody else undid: the guard looks at these additions. */
  repair?: true;
  /** Only the profile that was changed is the reason: the one of the last good run would not have done it. */
  byProfile?: true;
  /** It passed the guard in this school and nobody approved it: when it is done, it counts there for a day. */
  passedIn?: SchoolId;
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
    | { kind: 'createTeam'; sectionId: SectionId }
    /** Of whom or what is gone from PowerSchool, and of whom or what is back. */
    | { kind: 'disableUser'; personKey: PersonKey }
    | { kind: 'revokeSessions'; personKey: PersonKey }
    | { kind: 'enableUser'; personKey: PersonKey }
    | { kind: 'expireClass'; sectionId: SectionId; before: Body; body: Body }
    | { kind: 'archiveTeam'; sectionId: SectionId }
    | { kind: 'unarchiveTeam'; sectionId: SectionId }
  );

export type OperationKind = Operation['kind'];

/** In the order in which people see it. Each is sent when what it needs is there: relay/schedule/. */
export type Plan = readonly Operation[];

/** Operations per kind, for people and logs. */
export function countOperations(plan: Plan): Partial<Record<OperationKind, number>> {
  const counts: Partial<Record<OperationKind, number>> = {};
  for (const { kind } of plan) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The objects that it is planned for: when one of them is planned again, so is the operation. */
export function plannedFor(operation: Operation): ObjectKey[] {
  if ('sectionId' in operation) return [classKey(operation.sectionId)];
  if ('people' in operation) return operation.people;
  return ['personKey' in operation ? operation.personKey : schoolKey(operation.schoolId)];
}

/** Person keys of those whom it concerns. */
export function peopleOf(operation: Operation): MemberKey[] {
  if ('people' in operation) return operation.people;
  return 'personKey' in operation ? [operation.personKey] : [];
}

/** What the guard counts it for: additions name up to twenty people. */
export function weightOf(operation: Operation): number {
  return Math.max(1, peopleOf(operation).length);
}
