/**
 * What is gone from PowerSchool, since when, and what the profile does about it. Pure. Only something with an account
 * or class of Hallpass's can be gone, and only from the whole roster: a person who moves to another school or leaves
 * the profile is not gone.
 */

import type { RelationMap } from '../compact/relations.ts';
import { type AppliedState, retiredPeople } from '../model/applied-state.ts';
import {
  classKey,
  type Keys,
  keysOfObjects,
  type ObjectKey,
  objectOf,
  type SchoolId,
  type SectionId,
} from '../model/keys.ts';
import { isStudent, type PersonKey } from '../model/person-key.ts';
import type { Ending } from '../profile/life.ts';
import type { Profile } from '../profile/profile.ts';
import type { Scope } from '../profile/scope.ts';
import { daysBefore } from './dates.ts';
import type { RosterIndex } from './roster-index.ts';

/** The district's date on which it was first missed, by key: `students:123`, `class:77`. */
export type Departures = Map<ObjectKey, string>;

/** What can be gone from a district. */
export interface Held {
  roster: Pick<RosterIndex, 'people' | 'sections'>;
  /** By person key. */
  accounts: ReadonlyMap<PersonKey, string>;
  applied: Pick<AppliedState, 'classes'>;
}

/** What is newly gone since the last look, and what is back or no longer relevant. */
export interface DepartureNews {
  gone: ObjectKey[];
  back: ObjectKey[];
}

/** @param keys what to look at: what changed in the roster, or everything */
export function lookForDepartures(departures: Departures, keys: Keys, held: Held): DepartureNews {
  const news: DepartureNews = { gone: [], back: [] };
  const look = (key: ObjectKey, isGone: boolean) => {
    if (isGone === departures.has(key)) return;
    (isGone ? news.gone : news.back).push(key);
  };
  for (const key of keys.people) look(key, held.accounts.has(key) && !held.roster.people.has(key));
  for (const id of keys.sections) look(classKey(id), held.applied.classes.has(id) && !held.roster.sections.has(id));
  return news;
}

/** Everything that exists or is gone. */
export function allHeld({ accounts, applied }: Held, departures: Departures): Keys {
  const keys = keysOfObjects(departures.keys());
  for (const key of accounts.keys()) keys.people.add(key);
  for (const id of applied.classes.keys()) keys.sections.add(id);
  return keys;
}

/** What the profile does about those that have been gone for long enough, among the requested keys. */
export interface Departed {
  /** People whose accounts are disabled, with the day since which they are gone. */
  people: Map<PersonKey, string>;
  /** People who leave the security groups of roles, schools and grade levels, with the day since which they are gone. */
  fromGroups: Map<PersonKey, string>;
  /** Whether they are also signed out everywhere. */
  revokesSessions: boolean;
  /** By section. */
  classes: Map<SectionId, { since: string; endings: readonly Ending[] }>;
  /** People whose accounts were disabled and who are back, even in a school that the profile does not cover. */
  back: Set<PersonKey>;
}

export function nothingDeparted(): Departed {
  return { people: new Map(), fromGroups: new Map(), revokesSessions: false, classes: new Map(), back: new Set() };
}

/**
 * @param keys what to look at
 * @param today the district's date, YYYY-MM-DD
 */
export function departedBy(
  { profile, scope, roster, applied }: Pick<Held, 'roster'> & { profile: Profile; scope: Scope; applied: AppliedState },
  departures: Departures,
  keys: Keys,
  today: string,
): Departed {
  const { studentGone, teacherGone, revokeSessions, sectionGone, goneForDays } = profile.policies;
  const departed = { ...nothingDeparted(), revokesSessions: revokeSessions };
  for (const key of retiredPeople(applied, 'disabled').intersection(keys.people)) {
    if (roster.people.has(key) && isOf(scope, lastSchoolsOf(key, applied))) departed.back.add(key);
  }
  if (departures.size === 0) return departed;
  const lastDay = daysBefore(today, goneForDays);
  const due = (key: ObjectKey, schools: () => readonly SchoolId[]) => {
    const since = departures.get(key);
    return since !== undefined && since <= lastDay && isOf(scope, schools()) ? since : undefined;
  };
  const leaveGroups = profile.groups.leavers === 'remove' && profile.groups.by.length > 0;
  for (const key of keys.people) {
    const isDisabled = (isStudent(key) ? studentGone : teacherGone) === 'disable';
    if (!isDisabled && !leaveGroups) continue;
    const since = due(key, () => lastSchoolsOf(key, applied));
    if (since === undefined) continue;
    if (isDisabled) departed.people.set(key, since);
    if (leaveGroups) departed.fromGroups.set(key, since);
  }
  if (sectionGone === 'keep') return departed;
  for (const id of keys.sections) {
    const since = due(classKey(id), () => lastSchoolsOf(classKey(id), applied));
    if (since !== undefined) departed.classes.set(id, { since, endings: sectionGone });
  }
  return departed;
}

/**
 * A person who was also in another profile's school is left alone, as before. A run that was killed may not know any
 * school: then the person belongs to the only profile, if there is only one.
 */
function isOf(scope: Scope, schoolIds: readonly SchoolId[]): boolean {
  if (schoolIds.length === 0) return scope.isAlone;
  return schoolIds.some(scope.covers) && scope.othersOf(schoolIds).length === 0;
}

/** The schools that still contain a person or class in Microsoft 365. @param key `students:123`, `class:77` */
export function lastSchoolsOf(key: ObjectKey, { schoolUsers, schoolClasses }: AppliedState): SchoolId[] {
  const { kind, key: item } = objectOf(key);
  const containers: RelationMap<SchoolId, string> = kind === 'class' ? schoolClasses : schoolUsers;
  return containers.containersOf(item).sort();
}
