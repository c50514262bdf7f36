/** The difference between the security groups that should be and those that are, as operations. Pure. */
import { type AppliedState, uncertainKey } from '../model/applied-state.ts';
import { groupingParts } from '../model/grouping.ts';
import { type GroupingId, groupKey } from '../model/keys.ts';
import { byRequest, type Operation } from '../model/operation.ts';
import { isPersonKey, type MemberKey, type PersonKey } from '../model/person-key.ts';
import { groupCreation } from '../operations/group-option.ts';
import type { Departed } from './departures.ts';
import type { DesiredGroups } from './desired-groups.ts';
import { changedProperties } from './differences.ts';

/** @param departed people who are gone from PowerSchool for long enough, with the day since which they are */
export function* groupOperations(
  { groups: desired }: { groups: DesiredGroups },
  { fromGroups: departed }: Pick<Departed, 'fromGroups'>,
  applied: AppliedState,
): Iterable<Operation> {
  if (!desired.isWanted) return;
  const joining = new Map<GroupingId, PersonKey[]>();
  for (const person of desired.people) {
    for (const id of desired.placesOf(person)?.groups ?? []) {
      if (isSurelyIn(id, person, applied)) continue;
      const people = joining.get(id);
      if (people === undefined) joining.set(id, [person]);
      else people.push(person);
    }
  }
  for (const id of new Set([...joining.keys(), ...desired.groups])) yield* creation(id, desired, applied);
  yield* renamings(desired, applied);
  for (const [id, people] of joining) yield* additions(id, people.sort(), applied);
  if (desired.leavers === 'remove') yield* removals(desired, departed, applied);
}

function isSurelyIn(id: GroupingId, person: PersonKey, { groupMembers, uncertain }: AppliedState): boolean {
  return groupMembers.get(id)?.has(person) === true && !uncertain.has(uncertainKey('groupMember', id, person));
}

function* creation(id: GroupingId, desired: DesiredGroups, { groups, drifted }: AppliedState): Iterable<Operation> {
  if (groups.has(id) || !desired.looksAfter(id)) return;
  const key = groupKey(id);
  const displayName = desired.nameOf(id) ?? id;
  const why = drifted.has(key)
    ? { reason: 'somebody deleted it in Microsoft 365', repair: true as const }
    : { reason: 'the profile keeps such groups' };
  yield { kind: 'createGroup', key, groupingId: id, body: { displayName, ...groupCreation(id) }, ...why };
}

/** Names of groups of the whole district depend on the profile alone, so all of these are looked at. */
function* renamings(desired: DesiredGroups, { groups, drifted }: AppliedState): Iterable<Operation> {
  for (const [id, there] of groups) {
    const { schoolId } = groupingParts(id);
    if (schoolId !== undefined && !desired.schools.has(schoolId) && !desired.groups.has(id)) continue;
    if (!desired.looksAfter(id) || !desired.names(id)) continue;
    const displayName = desired.nameOf(id);
    const changes = displayName === undefined ? undefined : changedProperties(there.body, { displayName });
    if (changes === undefined) continue;
    const key = groupKey(id);
    const reason = drifted.has(key) ? 'somebody changed it in Microsoft 365' : 'it is called otherwise now';
    yield { kind: 'updateGroup', key, groupingId: id, ...changes, reason };
  }
}

/** Those whom somebody removed are separate: the guard may hold them, and nobody else. */
function* additions(id: GroupingId, people: readonly PersonKey[], { drifted }: AppliedState): Iterable<Operation> {
  const ofGroup = { kind: 'addToGroup', key: groupKey(id), groupingId: id } as const;
  const reason = reasonToJoin(id);
  const wasRemoved = (person: PersonKey) => drifted.has(uncertainKey('groupMember', id, person));
  for (const some of byRequest(people.filter((person) => !wasRemoved(person)))) {
    yield { ...ofGroup, people: some, reason };
  }
  for (const some of byRequest(people.filter(wasRemoved))) {
    yield { ...ofGroup, people: some, reason: `${reason}, and somebody removed them in Microsoft 365`, repair: true };
  }
}

/** Nobody is removed for having been added by hand: a group may hold whom no roster knows. */
function* removals(
  desired: DesiredGroups,
  departed: ReadonlyMap<PersonKey, string>,
  applied: AppliedState,
): Iterable<Operation> {
  for (const [id, members] of applied.groupMembers) {
    if (!desired.looksAfter(id)) continue;
    const isOfDistrict = groupingParts(id).schoolId === undefined;
    const ofGroup = { kind: 'removeFromGroup', key: groupKey(id), groupingId: id } as const;
    for (const personKey of common(members, desired.people)) {
      const since = departed.get(personKey);
      if (since !== undefined) {
        yield { ...ofGroup, personKey, reason: `the person has been gone from PowerSchool since ${since}` };
        continue;
      }
      const places = desired.placesOf(personKey);
      if (places === undefined || places.groups.includes(id) || (places.isElsewhere && isOfDistrict)) continue;
      yield { ...ofGroup, personKey, reason: reasonToLeave(id) };
    }
  }
}

/** Those in both, by way of the smaller one: a group may hold a whole district, of which one person is planned. */
function* common(members: ReadonlySet<MemberKey>, people: ReadonlySet<PersonKey>): Iterable<PersonKey> {
  if (people.size < members.size) {
    for (const person of people) if (members.has(person)) yield person;
  } else {
    for (const person of members) if (isPersonKey(person) && people.has(person)) yield person;
  }
}

function reasonToJoin(id: GroupingId): string {
  const { role, schoolId, grade } = groupingParts(id);
  const who = role === 'students' ? 'they are students' : 'they are teachers';
  const where = schoolId === undefined ? '' : ` of school ${schoolId}`;
  return `${who}${where}${grade === undefined ? '' : ` in grade level ${grade}`}`;
}

function reasonToLeave(id: GroupingId): string {
  const { role, schoolId, grade } = groupingParts(id);
  const who = role === 'students' ? 'they are no longer students' : 'they are no longer teachers';
  const where = schoolId === undefined ? '' : ` of school ${schoolId}`;
  return `${who}${where}${grade === undefined ? '' : ` in grade level ${grade}`}`;
}
