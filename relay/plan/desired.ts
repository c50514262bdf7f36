/**
 * The desired state: what Microsoft 365 should hold, as a pure function of roster, profile, links and today's date.
 * Levels, not events: nothing here remembers what was before.
 */
import type { Kind, RecordOf, School, Section, Term } from '../../shared/roster.ts';
import type { NamedPerson } from '../identity/names.ts';
import { type Person, personKey } from '../identity/people.ts';
import { type Problem, problem } from '../identity/problem.ts';
import type { Profile } from '../profile.ts';

export type Roster = { [K in Kind]: RecordOf<K>[] };

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

export interface DesiredState {
  schools: Map<string, Body>;
  users: Map<string, DesiredUser>;
  /** SKU by person, for accounts that Hallpass created. */
  licences: Map<string, string>;
  classes: Map<string, { schoolId: string; body: Body }>;
  /** People by class. */
  members: Map<string, Set<string>>;
  owners: Map<string, Set<string>>;
  schoolUsers: Map<string, Set<string>>;
  problems: Problem[];
}

export interface Accounts {
  /** Object id by person key, for everyone who has an account. */
  linked: ReadonlyMap<string, string>;
  /** People whose accounts Hallpass made, in the past or in this run. */
  createdByUs: ReadonlySet<string>;
  /** Accounts to be made in this run. */
  toCreate: readonly NamedPerson[];
}

/** @param today the district's date, YYYY-MM-DD */
export function desiredState(
  roster: Roster,
  people: ReadonlyMap<string, Person>,
  accounts: Accounts,
  profile: Profile,
  today: string,
): DesiredState {
  const inScope = (schoolId: string) => profile.schools === 'all' || profile.schools.includes(schoolId);
  const state: DesiredState = {
    schools: new Map(),
    users: new Map(),
    licences: new Map(),
    classes: new Map(),
    members: new Map(),
    owners: new Map(),
    schoolUsers: new Map(),
    problems: [],
  };
  for (const school of roster.school) if (inScope(school.id)) state.schools.set(school.id, schoolBody(school));
  addUsers(state, people, accounts, profile);
  addClasses(state, roster, inScope);
  addMemberships(state, roster, people, today);
  return state;
}

function addUsers(
  state: DesiredState,
  people: ReadonlyMap<string, Person>,
  accounts: Accounts,
  profile: Profile,
): void {
  const naming = new Map(accounts.toCreate.map((named) => [personKey(named.person.role, named.person.id), named]));
  for (const [key, person] of people) {
    const schools = person.schoolIds.filter((schoolId) => state.schools.has(schoolId));
    const objectId = accounts.linked.get(key);
    const named = naming.get(key);
    if (schools.length === 0 || (objectId === undefined && named === undefined)) continue;
    const ours = named !== undefined || accounts.createdByUs.has(key);
    state.users.set(key, {
      person,
      objectId,
      body: userBody(person, profile, ours),
      creation: named && {
        userPrincipalName: named.userPrincipalName,
        mailNickname: named.mailNickname,
        usageLocation: profile.licences.usageLocation,
      },
    });
    for (const schoolId of schools) addTo(state.schoolUsers, schoolId, key);
    const skuId = profile.licences[person.role];
    if (ours && skuId !== null) state.licences.set(key, skuId);
  }
}

function addClasses(state: DesiredState, roster: Roster, inScope: (schoolId: string) => boolean): void {
  const terms = new Map(roster.term.map((term) => [term.id, term]));
  for (const section of roster.section) {
    if (!inScope(section.schoolId)) continue;
    state.classes.set(section.id, { schoolId: section.schoolId, body: classBody(section, terms.get(section.termId)) });
  }
}

/**
 * Who is in which class today. A student's last day is exclusive and a co-teacher's inclusive, as in PowerSchool.
 * Teachers are owners and members, which Office needs. People without an account are left out silently: the person
 * already has a problem of their own.
 */
function addMemberships(state: DesiredState, roster: Roster, people: ReadonlyMap<string, Person>, today: string): void {
  for (const { id, sectionId, studentId, startDate, endDate } of roster.studentEnrollment) {
    if (!state.classes.has(sectionId)) continue;
    if ((startDate !== undefined && startDate > today) || (endDate !== undefined && endDate <= today)) continue;
    const key = personKey('students', studentId);
    if (state.users.has(key)) addTo(state.members, sectionId, key);
    else if (!people.has(key)) {
      const details = { kind: 'StudentEnrollment', reference: `student ${studentId}` };
      state.problems.push(problem(`studentEnrollment:${id}`, 'InvalidLookupReference', details));
    }
  }
  for (const { id, sectionId, teacherId, startDate, endDate } of roster.teacherRoster) {
    if (!state.classes.has(sectionId)) continue;
    if ((startDate !== undefined && startDate > today) || (endDate !== undefined && endDate < today)) continue;
    const key = personKey('teachers', teacherId);
    if (state.users.has(key)) {
      addTo(state.members, sectionId, key);
      addTo(state.owners, sectionId, key);
    } else if (!people.has(key)) {
      const details = { kind: 'TeacherRoster', reference: `teacher ${teacherId}` };
      state.problems.push(problem(`teacherRoster:${id}`, 'InvalidLookupReference', details));
    }
  }
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
