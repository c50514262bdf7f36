/**
 * The desired state: what Microsoft 365 should hold, as a pure function of roster, profile, links and today's date.
 * Levels, not events: nothing here remembers what was before.
 */
import type { School, Section, StudentEnrollment, TeacherRoster, Term } from '../../shared/roster.ts';
import type { NamedPerson } from '../identity/names.ts';
import type { Person } from '../identity/people.ts';
import { type Problem, problem } from '../identity/problem.ts';
import type { Profile } from '../profile.ts';
import type { Keys } from './keys.ts';
import { memberOf, type RosterIndex } from './roster-index.ts';

/** Properties of an object as Graph takes them. */
export type Body = { [property: string]: string | boolean | null | Body };

export interface DesiredUser {
  person: Person;
  /** Object id of the linked account; undefined for one that has to be created. */
  objectId: string | undefined;
  /** Properties that Hallpass keeps up to date. */
  body: Body;
  /** What is sent besides at creation, and never again. */
  creation: { userPrincipalName: string; mailNickname: string; usageLocation: string } | undefined;
}

/** The desired state of the keys that were asked for; what is missing from it is not desired. */
export interface DesiredState {
  /** Every school that should exist, asked for or not: relations refer to them. */
  allSchools: ReadonlySet<string>;
  schools: Map<string, Body>;
  users: Map<string, DesiredUser>;
  /** SKU by person, for accounts that Hallpass created. */
  licences: Map<string, string>;
  classes: Map<string, { schoolId: string; body: Body }>;
  /** People by class. */
  members: Map<string, Set<string>>;
  owners: Map<string, Set<string>>;
  schoolUsers: Map<string, Set<string>>;
  /** By section. */
  problems: Map<string, Problem[]>;
}

export interface Accounts {
  /** Object id by person key, for everyone who has an account. */
  linked: ReadonlyMap<string, string>;
  /** People whose accounts Hallpass made, in the past or in this run. */
  createdByUs: ReadonlySet<string>;
  /** Accounts to be made, by person key. */
  toCreate: ReadonlyMap<string, NamedPerson>;
}

export interface Desire {
  roster: RosterIndex;
  accounts: Accounts;
  profile: Profile;
  /** The district's date, YYYY-MM-DD. */
  today: string;
}

/** @param keys what to derive; `roster.allKeys()` for everything */
export function desiredState(desire: Desire, keys: Keys): DesiredState {
  const { roster, profile } = desire;
  const inScope = (schoolId: string) => profile.schools === 'all' || profile.schools.includes(schoolId);
  const state: DesiredState = {
    allSchools: new Set([...roster.schools.keys()].filter(inScope)),
    schools: new Map(),
    users: new Map(),
    licences: new Map(),
    classes: new Map(),
    members: new Map(),
    owners: new Map(),
    schoolUsers: new Map(),
    problems: new Map(),
  };
  for (const id of keys.schools) {
    const school = roster.schools.get(id);
    if (school !== undefined && state.allSchools.has(id)) state.schools.set(id, schoolBody(school));
  }
  const isUser = userTest(desire, state.allSchools);
  for (const key of keys.people) if (isUser(key)) addUser(state, desire, key);
  for (const id of keys.sections) {
    const section = roster.sections.get(id);
    if (section === undefined || !inScope(section.schoolId)) continue;
    state.classes.set(id, { schoolId: section.schoolId, body: classBody(section, roster.terms.get(section.termId)) });
    addMemberships(state, desire, id, isUser);
  }
  return state;
}

/** Who has an account, or will have one: a person of a school in scope who is linked or can be named. */
function userTest({ roster, accounts }: Desire, schools: ReadonlySet<string>): (key: string) => boolean {
  return (key) => {
    if (!accounts.linked.has(key) && !accounts.toCreate.has(key)) return false;
    return roster.people.get(key)?.schoolIds.some((schoolId) => schools.has(schoolId)) === true;
  };
}

function addUser(state: DesiredState, { roster, accounts, profile }: Desire, key: string): void {
  const person = roster.people.get(key);
  if (person === undefined) return;
  const named = accounts.toCreate.get(key);
  const ours = named !== undefined || accounts.createdByUs.has(key);
  state.users.set(key, {
    person,
    objectId: accounts.linked.get(key),
    body: userBody(person, profile, ours),
    creation: named && {
      userPrincipalName: named.userPrincipalName,
      mailNickname: named.mailNickname,
      usageLocation: profile.licences.usageLocation,
    },
  });
  for (const schoolId of person.schoolIds) if (state.allSchools.has(schoolId)) addTo(state.schoolUsers, schoolId, key);
  const skuId = profile.licences[person.role];
  if (ours && skuId !== null) state.licences.set(key, skuId);
}

/**
 * Who is in a class today. Teachers are owners and members, which Office needs. People without an account are left out
 * silently: the person already has a problem of their own.
 */
function addMemberships(
  state: DesiredState,
  { roster, today }: Desire,
  sectionId: string,
  isUser: (key: string) => boolean,
): void {
  for (const membership of roster.membershipsOf(sectionId)) {
    if (!isCurrent(membership, today)) continue;
    const key = memberOf(membership);
    if (isUser(key)) {
      addTo(state.members, sectionId, key);
      if (membership.kind === 'teacherRoster') addTo(state.owners, sectionId, key);
    } else if (!roster.people.has(key)) {
      const [kind, id] = [membership.kind, membership.id];
      const found = problem(`${kind}:${id}`, 'InvalidLookupReference', { kind, reference: key });
      state.problems.set(sectionId, [...(state.problems.get(sectionId) ?? []), found]);
    }
  }
}

/** A student's last day is exclusive and a co-teacher's inclusive, as in PowerSchool. */
export function isCurrent({ kind, startDate, endDate }: StudentEnrollment | TeacherRoster, today: string): boolean {
  if (startDate !== undefined && startDate > today) return false;
  if (endDate === undefined) return true;
  return kind === 'studentEnrollment' ? today < endDate : today <= endDate;
}

function schoolBody(school: School): Body {
  const address = compact({
    street: school.street,
    city: school.city,
    state: school.state,
    postalCode: school.postalCode,
  });
  return compact({
    displayName: school.name,
    externalId: school.id,
    externalSource: 'sis',
    schoolNumber: school.schoolNumber,
    lowestGrade: school.lowGrade,
    highestGrade: school.highGrade,
    principalName: school.principalName,
    principalEmail: school.principalEmail,
    phone: school.phone,
    address: Object.keys(address).length === 0 ? undefined : address,
  });
}

/** `Section_<id>` is the mailNickname that School Data Sync gives, so classes are recognized either way. */
function classBody(section: Section, term: Term | undefined): Body {
  return compact({
    displayName: `${section.courseName} - ${section.sectionNumber}`.slice(0, 256),
    mailNickname: `Section_${section.id}`.replace(/[^A-Za-z0-9_]/g, '_'),
    classCode: section.courseNumber,
    externalId: section.id,
    externalName: `${section.courseName} - ${section.sectionNumber}`.slice(0, 256),
    externalSource: 'sis',
    course: compact({
      displayName: section.courseName,
      courseNumber: section.courseNumber,
      externalId: section.courseId,
    }),
    term:
      term &&
      compact({
        displayName: term.name,
        externalId: term.id,
        startDate: term.startDate,
        endDate: term.endDate,
      }),
  });
}

/**
 * Names are written to accounts that Hallpass made; existing accounts keep theirs and receive the education properties
 * alone, which are also the only ones that Graph lets us write on accounts synced from on-premises.
 */
function userBody(person: Person, profile: Profile, ours: boolean): Body {
  const properties: readonly string[] = profile.properties[person.role === 'students' ? 'student' : 'teacher'] ?? [];
  const chosen = (name: string, value: string | undefined) => (properties.includes(name) ? value : undefined);
  const facet =
    person.role === 'students'
      ? {
          student: compact({
            externalId: person.id,
            studentNumber: chosen('studentNumber', person.number),
            grade: chosen('grade', person.grade),
            graduationYear: chosen('graduationYear', person.graduationYear),
          }),
        }
      : { teacher: compact({ externalId: person.id, teacherNumber: chosen('teacherNumber', person.number) }) };
  const displayName = [person.givenName, person.surname].filter((name) => name !== undefined).join(' ');
  return compact({
    primaryRole: person.role === 'students' ? 'student' : 'teacher',
    externalSource: 'sis',
    ...facet,
    ...(ours
      ? {
          displayName: (displayName || person.username || person.id).slice(0, 256),
          givenName: person.givenName?.slice(0, 64),
          surname: person.surname?.slice(0, 64),
          middleName: chosen('middleName', person.middleName),
        }
      : {}),
  });
}

function compact(body: { [property: string]: string | boolean | Body | undefined }): Body {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Body;
}

function addTo(sets: Map<string, Set<string>>, key: string, item: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([item]));
  else set.add(item);
}
