/** The difference between who should be in the classes and who is, as operations. Pure. */
import { type AppliedState, earlierRole, formerOwners, uncertainKey } from '../model/applied-state.ts';
import { classKey, type SectionId } from '../model/keys.ts';
import { byRequest, type Operation, type OperationCommon, peopleOf } from '../model/operation.ts';
import { isPersonKey, isStudent, type MemberKey, type PersonKey } from '../model/person-key.ts';
import type { DesiredState } from './desired.ts';
import { ownersToBe } from './owners.ts';

/** Who joins and leaves the classes of the profile. */
export function* classMemberOperations(desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  const nobody: ReadonlySet<never> = new Set();
  for (const sectionId of desired.classes.keys()) {
    const key = classKey(sectionId);
    const owners = desired.owners.get(sectionId) ?? nobody;
    const members = desired.members.get(sectionId) ?? nobody;
    const memberNow = applied.members.get(sectionId) ?? nobody;
    const isSure = (relation: 'member' | 'owner') => (person: MemberKey) =>
      !applied.uncertain.has(uncertainKey(relation, sectionId, person));
    const wasRemoved = (relation: 'member' | 'owner') => (person: MemberKey) =>
      applied.drifted.has(uncertainKey(relation, sectionId, person));
    const newOwners = missing(owners, applied.owners.get(sectionId) ?? nobody, isSure('owner'));
    for (const { people, ...why } of additions(newOwners, wasRemoved('owner'), 'they teach the section')) {
      yield { kind: 'addOwners', key, sectionId, people, ...why };
    }
    const newMembers = missing(members, memberNow, isSure('member'));
    for (const { people, ...why } of additions(newMembers, wasRemoved('member'), 'they are in the section')) {
      yield { kind: 'addMembers', key, sectionId, people, ...why };
    }
    const leaving = [...removals(sectionId, desired, applied)];
    yield* leaving;
    const staying = stayingMembers(sectionId, desired, applied).difference(new Set(leaving.flatMap(peopleOf)));
    const reason =
      'they may stay in the class, and their membership may have ended when they were no longer its owners';
    for (const people of byRequest([...staying].sort())) yield { kind: 'addMembers', key, sectionId, people, reason };
  }
}

/** Members who are not in the section, and were the class's owners until a moment ago. */
function stayingMembers(
  sectionId: SectionId,
  { members, waiting }: DesiredState,
  applied: AppliedState,
): Set<PersonKey> {
  const there = applied.members.get(sectionId);
  const former = [...(applied.retired.get(formerOwners(sectionId)) ?? [])].filter(isPersonKey);
  return new Set(
    former.filter(
      (person) =>
        there?.has(person) === true &&
        applied.uncertain.has(uncertainKey('member', sectionId, person)) &&
        members.get(sectionId)?.has(person) !== true &&
        waiting.get(sectionId)?.has(person) !== true,
    ),
  );
}

/**
 * People who left, if the policy is to remove them. If nobody takes over a class, its teachers stay: Graph does not let
 * the last owner go, and nobody could manage it. The same applies if someone has removed those who teach it.
 */
function* removals(sectionId: SectionId, desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  const { leavers } = desired;
  const isForeign = (relation: 'member' | 'owner', person: MemberKey) =>
    applied.drifted.has(uncertainKey(relation, sectionId, person));
  const addedByHand = 'somebody added them in Microsoft 365';
  const key = classKey(sectionId);
  const left: ReadonlySet<MemberKey> | undefined = desired.waiting.get(sectionId);
  const owners: ReadonlySet<MemberKey> | undefined = ownersToBe(sectionId, desired, applied);
  const members: ReadonlySet<MemberKey> | undefined = desired.members.get(sectionId);
  const changedRole = (personKey: MemberKey) => applied.retired.get(earlierRole(sectionId))?.has(personKey) === true;
  const teachersGo = (personKey: MemberKey) =>
    owners !== undefined && leavers.teachers[wayOut(sectionId, personKey, desired)] === 'remove';
  for (const personKey of applied.owners.get(sectionId) ?? []) {
    if (owners?.has(personKey) || left?.has(personKey)) continue;
    if (owners !== undefined && isForeign('owner', personKey))
      yield { kind: 'removeOwner', key, sectionId, personKey, reason: addedByHand };
    // Students become owners only through a hand-over from staff, or by a person's hand, which counts as foreign.
    else if (owners !== undefined && isStudent(personKey))
      yield { kind: 'removeOwner', key, sectionId, personKey, reason: reasonOfChange(personKey) };
    else if (teachersGo(personKey))
      yield { kind: 'removeOwner', key, sectionId, personKey, reason: 'the teacher no longer teaches the section' };
  }
  for (const personKey of applied.members.get(sectionId) ?? []) {
    if (members?.has(personKey) || left?.has(personKey)) continue;
    if (isForeign('member', personKey)) {
      yield { kind: 'removeMember', key, sectionId, personKey, reason: addedByHand };
      continue;
    }
    if (changedRole(personKey)) {
      yield { kind: 'removeMember', key, sectionId, personKey, reason: reasonOfChange(personKey) };
      continue;
    }
    const ofStudent = isStudent(personKey);
    const way = wayOut(sectionId, personKey, desired);
    if (!(ofStudent ? leavers.students[way] === 'remove' : teachersGo(personKey))) continue;
    const reason =
      way === 'termEnded'
        ? 'the term of the section is over'
        : ofStudent
          ? 'the student is no longer in the section'
          : 'the teacher no longer teaches the section';
    yield { kind: 'removeMember', key, sectionId, personKey, reason };
  }
}

function reasonOfChange(personKey: MemberKey): string {
  return isStudent(personKey)
    ? 'they taught the section, and are a student now'
    : 'they were in the section as a student, and are staff now';
}

/** How a person left a class. A person missing from the roster after the end of the term was there until then. */
function wayOut(sectionId: SectionId, personKey: MemberKey, { over, finished }: DesiredState): 'dropped' | 'termEnded' {
  const toTheEnd: ReadonlySet<MemberKey> | undefined = finished.get(sectionId);
  if (toTheEnd?.has(personKey)) return 'termEnded';
  const dropped: ReadonlySet<MemberKey> | undefined = over.get(sectionId)?.dropped;
  return dropped === undefined || dropped.has(personKey) ? 'dropped' : 'termEnded';
}

function missing(
  wanted: ReadonlySet<PersonKey>,
  there: ReadonlySet<MemberKey>,
  isSure: (item: PersonKey) => boolean,
): PersonKey[] {
  return [...wanted].filter((item) => !there.has(item) || !isSure(item)).sort();
}

/**
 * People to add, twenty per request. Those whom someone removed are separate: the guard may hold them, and nobody else.
 */
function* additions(
  people: PersonKey[],
  wasRemoved: (person: PersonKey) => boolean,
  reason: string,
): Iterable<Pick<OperationCommon, 'reason' | 'repair'> & { people: PersonKey[] }> {
  for (const some of byRequest(people.filter((person) => !wasRemoved(person)))) yield { people: some, reason };
  const again = people.filter(wasRemoved);
  for (const some of byRequest(again))
    yield { people: some, reason: `${reason}, and somebody removed them in Microsoft 365`, repair: true };
}
