/** What a plan is made of: operations, each with its reason, in stages. */
import type { Body } from './body.ts';
import type { DesiredUser } from './desired-user.ts';

/** Relationships in one PATCH: Graph's limit for `members@odata.bind`. */
export const bindLimit = 20;

/** What every operation says. */
export interface OperationCommon {
  /** Names the operation's object in journal and problems: `class:77`, `students:123`. */
  key: string;
  reason: string;
  /** Makes again what somebody else undid: the guard looks at these additions. */
  repair?: true;
  /** Only the profile that was changed is the reason: the one of the last good run would not have done it. */
  byProfile?: true;
}

export type Operation = OperationCommon &
  (
    | { kind: 'createSchool'; schoolId: string; body: Body }
    | { kind: 'updateSchool'; schoolId: string; before: Body; body: Body }
    | { kind: 'createUser'; personKey: string; user: DesiredUser }
    | { kind: 'updateUser'; personKey: string; before: Body; body: Body }
    | { kind: 'assignLicence'; personKey: string; skuId: string; disabledPlans: readonly string[] }
    | { kind: 'addToLicenceGroup'; groupId: string; people: string[] }
    | { kind: 'createClass'; sectionId: string; body: Body }
    | { kind: 'updateClass'; sectionId: string; before: Body; body: Body }
    | { kind: 'addSchoolClass'; schoolId: string; sectionId: string }
    | { kind: 'addSchoolUser'; schoolId: string; personKey: string }
    | { kind: 'addOwners'; sectionId: string; people: string[] }
    | { kind: 'addMembers'; sectionId: string; people: string[] }
    | { kind: 'removeOwner'; sectionId: string; personKey: string }
    | { kind: 'removeMember'; sectionId: string; personKey: string }
    | { kind: 'createTeam'; sectionId: string }
    /** Of whom or what is gone from PowerSchool, and of whom or what is back. */
    | { kind: 'disableUser'; personKey: string }
    | { kind: 'revokeSessions'; personKey: string }
    | { kind: 'enableUser'; personKey: string }
    | { kind: 'expireClass'; sectionId: string; before: Body; body: Body }
    | { kind: 'archiveTeam'; sectionId: string }
    | { kind: 'unarchiveTeam'; sectionId: string }
  );

export type OperationKind = Operation['kind'];

/** In stages: one begins when the one before has ended. */
export type Plan = Operation[][];

/** Operations per kind, for people and logs. */
export function countOperations(plan: Plan): Partial<Record<OperationKind, number>> {
  const counts: Partial<Record<OperationKind, number>> = {};
  for (const { kind } of plan.flat()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Person keys of those whom it concerns. */
export function peopleOf(operation: Operation): string[] {
  if ('people' in operation) return operation.people;
  return 'personKey' in operation ? [operation.personKey] : [];
}
