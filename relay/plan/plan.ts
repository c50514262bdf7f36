/**
 * The plan: the difference between the desired and the applied state, as data. Pure and deterministic; every operation
 * says why. Unless the profile has other policies, School Data Sync's documented semantics apply: a student who left a
 * class is removed from it; a teacher who left stays; a person, class or school that is gone from PowerSchool stays
 * untouched.
 */

import { type AppliedState, uncertainKey } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';
import { classKey, type ObjectKey, type OperationKey, schoolKey } from '../model/keys.ts';
import { byRequest, type Operation, type OperationCommon, type Plan } from '../model/operation.ts';
import { type PersonKey, personKey } from '../model/person-key.ts';
import { licenseKey } from '../operations/license-relation.ts';
import { inOrder } from '../operations/registry.ts';
import { WrittenNames } from './additions.ts';
import { classMemberOperations } from './class-members.ts';
import { type Departed, nothingDeparted } from './departures.ts';
import type { DesiredState } from './desired.ts';
import { changedProperties, isBody } from './differences.ts';
import { groupOperations } from './groups.ts';
import { nameOfReturned, retirements, returns } from './retirement.ts';
import { teamOperations } from './teams.ts';

/**
 * @param departed what is gone from PowerSchool and is not simply kept
 * @param today the district's date, YYYY-MM-DD
 */
export function makePlan(
  desired: DesiredState,
  applied: AppliedState,
  departed: Departed = nothingDeparted(),
  today = '',
): Plan {
  const operations: Operation[] = [
    ...schoolOperations(desired, applied),
    ...userOperations(desired, applied),
    ...licenseOperations(desired, applied),
    ...classOperations(desired, applied),
    ...schoolMemberOperations(desired, applied),
    ...classMemberOperations(desired, applied),
    ...groupOperations(desired, departed, applied),
    ...teamOperations(desired, applied),
    ...retirements(departed, applied, today),
    ...returns(desired, departed, applied),
  ];
  const possible =
    applied.gone.size === 0 ? operations : operations.filter((operation) => !isOfGone(operation, applied.gone));
  return inOrder(possible);
}

function isOfGone(operation: Operation, gone: ReadonlySet<OperationKey>): boolean {
  return gone.has(operation.key) || ('schoolId' in operation && gone.has(schoolKey(operation.schoolId)));
}

function* schoolOperations(desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  const written = new WrittenNames(applied.schools);
  for (const [schoolId, body] of desired.schools) {
    const key = schoolKey(schoolId);
    const there = applied.schools.get(schoolId);
    if (there === undefined)
      yield {
        kind: 'createSchool',
        key,
        schoolId,
        body,
        ...becauseMissing(key, applied, 'the school is in the profile'),
      };
    else {
      const changes = changedProperties(there.body, body);
      if (changes === undefined) continue;
      const reason = becauseChanged(
        key,
        applied,
        written.reasonFor(changes.before, changes.body) ?? 'the school changed in PowerSchool',
      );
      yield { kind: 'updateSchool', key, schoolId, ...changes, reason };
    }
  }
}

function* userOperations(desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  const written = new WrittenNames(applied.users);
  for (const [personKey, user] of desired.users) {
    const known = applied.users.get(personKey);
    // The values of a person's other account say nothing about this one.
    const there = known?.objectId === user.objectId ? known : undefined;
    if (user.objectId === undefined) {
      const reason = user.replaces ? 'somebody deleted their account in Microsoft 365' : 'the person has no account';
      yield { kind: 'createUser', key: personKey, personKey, user, reason };
      continue;
    }
    const changes = changedProperties(there?.body ?? {}, withoutEarlierRole(there?.body, user.body));
    if (changes === undefined) continue;
    const reason =
      user.handedOver ??
      formerOf(there?.body, user.body) ??
      (there === undefined
        ? 'the person was matched to this account'
        : becauseChanged(
            personKey,
            applied,
            written.reasonFor(changes.before, changes.body) ?? reasonOfUpdate(changes, user.person.grade),
          ));
    yield { kind: 'updateUser', key: personKey, personKey, ...changes, reason };
  }
}

/** Clears what Hallpass wrote for the person's earlier role. */
function withoutEarlierRole(there: Body | undefined, wanted: Body): Body {
  const other = wanted.primaryRole === 'teacher' ? 'student' : 'teacher';
  return isBody(there?.[other]) ? { ...wanted, [other]: null } : wanted;
}

/** Whose account it was when it was last written, if it belonged to another record. */
function formerOf(there: Body | undefined, wanted: Body): string | undefined {
  const [before, now] = [stampedFor(there), stampedFor(wanted)];
  if (before === undefined || before === now) return undefined;
  return `the account was that of ${before} before`;
}

function stampedFor({ primaryRole, student, teacher }: Body = {}): PersonKey | undefined {
  const part = primaryRole === 'student' ? student : teacher;
  const id = isBody(part) ? part.externalId : undefined;
  return typeof id === 'string' ? personKey(primaryRole === 'student' ? 'students' : 'teachers', id) : undefined;
}

/** The same grade level in another format is not a change in PowerSchool. @param level as PowerSchool has it */
function reasonOfUpdate({ before, body }: { before: Body; body: Body }, level: string | undefined): string {
  const { student: was, ...othersBefore } = before;
  const { student: is, ...others } = body;
  const onlyFacet = Object.keys(others).length + Object.keys(othersBefore).length === 0;
  if (!onlyFacet || !isBody(was) || !isBody(is) || was.grade !== level) return 'the person changed in PowerSchool';
  const changed = Object.keys({ ...was, ...is }).filter((name) => was[name] !== is[name]);
  return changed.join() === 'grade'
    ? `the profile writes grade level ${level} as ${is.grade}`
    : 'the person changed in PowerSchool';
}

function* licenseOperations(desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  const reason = 'the profile gives this license to accounts it creates';
  const byGroup = new Map<string, Set<PersonKey>>();
  for (const [personKey, license] of desired.licenses) {
    if (applied.licenses.get(licenseKey(license))?.has(personKey)) continue;
    if ('group' in license)
      byGroup.set(license.group, (byGroup.get(license.group) ?? new Set<PersonKey>()).add(personKey));
    else yield { kind: 'assignLicence', key: personKey, personKey, ...license, reason };
  }
  for (const [groupId, people] of byGroup) {
    for (const some of byRequest([...people].sort())) {
      yield { kind: 'addToLicenceGroup', key: `licence:${groupId}`, groupId, people: some, reason };
    }
  }
}

function* classOperations(desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  const written = new WrittenNames(applied.classes);
  for (const [sectionId, { body, creation }] of desired.classes) {
    const key = classKey(sectionId);
    const there = applied.classes.get(sectionId);
    if (there === undefined)
      yield {
        kind: 'createClass',
        key,
        sectionId,
        body: { ...creation, ...body },
        ...becauseMissing(key, applied, 'the section is in the profile'),
      };
    else {
      const name = body.displayName ?? nameOfReturned(sectionId, applied);
      const changes = changedProperties(there.body, name === undefined ? body : { ...body, displayName: name });
      if (changes === undefined) continue;
      const reason = becauseChanged(
        key,
        applied,
        written.reasonFor(changes.before, changes.body) ?? 'the section changed in PowerSchool',
      );
      yield { kind: 'updateClass', key, sectionId, ...changes, reason };
    }
  }
}

function* schoolMemberOperations(desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  for (const [sectionId, { schoolId }] of desired.classes) {
    if (applied.schoolClasses.get(schoolId)?.has(sectionId) || !desired.allSchools.has(schoolId)) continue;
    const key = classKey(sectionId);
    const wasRemoved = applied.drifted.has(uncertainKey('schoolClass', schoolId, sectionId));
    const why = becauseAbsent('the section belongs to the school', wasRemoved && 'it');
    yield { kind: 'addSchoolClass', key, schoolId, sectionId, ...why };
  }
  for (const [schoolId, people] of desired.schoolUsers) {
    const there = applied.schoolUsers.get(schoolId);
    for (const personKey of people) {
      if (there?.has(personKey)) continue;
      const wasRemoved = applied.drifted.has(uncertainKey('schoolUser', schoolId, personKey));
      const why = becauseAbsent('the person belongs to the school', wasRemoved && 'them');
      yield { kind: 'addSchoolUser', key: personKey, schoolId, personKey, ...why };
    }
  }
}

type Why = Pick<OperationCommon, 'reason' | 'repair'>;

function becauseMissing(key: ObjectKey, { drifted }: AppliedState, reason: string): Why {
  return drifted.has(key) ? { reason: 'somebody deleted it in Microsoft 365', repair: true } : { reason };
}

/** @param removed who or what someone removed, as a pronoun */
function becauseAbsent(reason: string, removed: string | false): Why {
  if (removed === false) return { reason };
  return { reason: `${reason}, and somebody removed ${removed} in Microsoft 365`, repair: true };
}

function becauseChanged(key: ObjectKey, { drifted }: AppliedState, reason: string): string {
  return drifted.has(key) ? 'somebody changed it in Microsoft 365' : reason;
}
