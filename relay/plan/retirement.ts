/**
 * Operations for what is gone from PowerSchool, and for what is back. Nothing is ever deleted, and everything can be
 * undone.
 */
import { type AppliedState, archivedClasses, retiredPeople, uncertainKey } from '../model/applied-state.ts';
import { classKey, type SectionId } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { isStudent } from '../model/person-key.ts';
import type { Departed } from './departures.ts';
import type { DesiredState } from './desired.ts';
import { cut } from './names-of-classes.ts';

/** School Data Sync's prefix for classes of a past year, with month and year. */
const expired = /^Exp\d{4}_/;

/** @param today the district's date, YYYY-MM-DD */
export function* retirements(departed: Departed, applied: AppliedState, today: string): Iterable<Operation> {
  for (const [personKey, since] of departed.people) {
    const reason = `the person has been gone from PowerSchool since ${since}`;
    const isDisabled = isRetired('disabled', personKey, applied);
    if (!isDisabled) yield { kind: 'disableUser', key: personKey, personKey, reason };
    if (departed.revokesSessions && !(isDisabled && isRetired('signedOut', personKey, applied))) {
      yield { kind: 'revokeSessions', key: personKey, personKey, reason };
    }
  }
  for (const [sectionId, { since, endings }] of departed.classes) {
    if (!applied.classes.has(sectionId)) continue;
    const key = classKey(sectionId);
    const reason = `the section has been gone from PowerSchool since ${since}`;
    for (const personKey of endings.includes('removeStudents') ? (applied.members.get(sectionId) ?? []) : []) {
      if (isStudent(personKey)) yield { kind: 'removeMember', key, sectionId, personKey, reason };
    }
    const name = nameOf(sectionId, applied);
    const isMarked = name !== undefined && expired.test(name);
    const isInDoubt = applied.uncertain.has(uncertainKey('retired', 'expired', sectionId));
    if (endings.includes('markExpired') && name !== undefined && (!isMarked || isInDoubt)) {
      const body = { displayName: isMarked ? name : expiredName(name, today) };
      yield { kind: 'expireClass', key, sectionId, before: { displayName: name }, body, reason };
    }
    if (endings.includes('archiveTeam') && !isRetired('archived', sectionId, applied)) {
      yield { kind: 'archiveTeam', key, sectionId, reason };
    }
  }
}

/** Undoes what Hallpass retired and is wanted again. The names of classes come back with their other properties. */
export function* returns(desired: DesiredState, departed: Departed, applied: AppliedState): Iterable<Operation> {
  for (const personKey of retiredPeople(applied, 'disabled')) {
    if (!departed.back.has(personKey) && !desired.users.has(personKey)) continue;
    yield { kind: 'enableUser', key: personKey, personKey, reason: 'the person is back in PowerSchool' };
  }
  for (const sectionId of archivedClasses(applied)) {
    if (!desired.classes.has(sectionId)) continue;
    const reason = 'the section is back in PowerSchool';
    yield { kind: 'unarchiveTeam', key: classKey(sectionId), sectionId, reason };
  }
}

/** The name of a class that was marked as expired and is back, if the profile does not name it. */
export function nameOfReturned(sectionId: SectionId, applied: AppliedState): string | undefined {
  // The last written name, even if an earlier reading shows another.
  const name = applied.classes.get(sectionId)?.body.displayName;
  return typeof name === 'string' && expired.test(name) ? name.replace(expired, '') : undefined;
}

/** `Exp0627_Algebra - 1` for June 2027. */
function expiredName(name: string, today: string): string {
  return cut(`Exp${today.slice(5, 7)}${today.slice(2, 4)}_${name}`, 256);
}

/** The class's name in Microsoft 365, as far as it is known: set by hand, or last written. */
function nameOf(sectionId: SectionId, { classes, renamed }: AppliedState): string | undefined {
  const name = renamed.get(sectionId) ?? classes.get(sectionId)?.body.displayName;
  return typeof name === 'string' ? name : undefined;
}

/** Whether it is certainly retired. */
function isRetired(
  how: 'disabled' | 'signedOut' | 'archived',
  item: string,
  { retired, uncertain }: AppliedState,
): boolean {
  return retired.get(how)?.has(item) === true && !uncertain.has(uncertainKey('retired', how, item));
}
