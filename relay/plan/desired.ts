/**
 * The desired state: what Microsoft 365 should contain, as a pure function of roster, profile, links and today's date.
 * Levels, not events: nothing here remembers the past.
 */

import type { Section, TeacherRoster } from '../../shared/roster.ts';
import type { NamedPerson } from '../identity/names.ts';
import type { Body } from '../model/body.ts';
import type { DesiredUser } from '../model/desired-user.ts';
import { classKey, type Keys, type SchoolId, type SectionId, schoolIdOf, sectionIdOf } from '../model/keys.ts';
import type { Person } from '../model/person.ts';
import type { PersonKey } from '../model/person-key.ts';
import { type Problem, problem } from '../model/problem.ts';
import type { License } from '../profile/accounts.ts';
import type { Profile } from '../profile/profile.ts';
import type { Scope } from '../profile/scope.ts';
import { classBody, classNickname, schoolBody, userBody } from './bodies.ts';
import { isOpen, isOver, presence, wentToTheEnd } from './dates.ts';
import { type DesiredGroups, desiredGroups } from './desired-groups.ts';
import { memberOf } from './memberships.ts';
import { classNamer } from './names-of-classes.ts';
import { type Made, type Past, pastOf } from './past.ts';
import type { RosterIndex, Whereabouts } from './roster-index.ts';
import { strangerProblem } from './strangers.ts';

export interface DesiredClass {
  schoolId: SchoolId;
  /** Properties that Hallpass keeps up to date. */
  body: Body;
  /** What is also sent at creation, and never again. */
  creation: Body;
}

/** The desired state for the requested keys; what is missing from it is not desired. */
export interface DesiredState {
  /** Every school that should exist, requested or not: relations refer to them. */
  allSchools: ReadonlySet<SchoolId>;
  schools: Map<SchoolId, Body>;
  users: Map<PersonKey, DesiredUser>;
  /** By person, for accounts that Hallpass created. */
  licenses: Map<PersonKey, License>;
  classes: Map<SectionId, DesiredClass>;
  /** People by class. */
  members: Map<SectionId, Set<PersonKey>>;
  owners: Map<SectionId, Set<PersonKey>>;
  /** People by class who are left as they are: students before their first day, and people in two profiles. */
  waiting: Map<SectionId, Set<PersonKey>>;
  /** What happens to people in a class who no longer belong there: they dropped it, or its term is over. */
  leavers: Record<Person['role'], Record<'dropped' | 'termEnded', 'remove' | 'keep'>>;
  /** Sections whose term is over, and who left them before that, as far as the roster still says so. */
  over: Map<SectionId, { dropped: Set<PersonKey> }>;
  /** People by section whose enrollment lasted to its end although the term is not over yet. */
  finished: Map<SectionId, Set<PersonKey>>;
  schoolUsers: Map<SchoolId, Set<PersonKey>>;
  groups: DesiredGroups;
  /** Whether every class becomes a team. */
  createTeams: boolean;
  /** By section. */
  problems: Map<SectionId, Problem[]>;
}

export interface Accounts {
  /** Object id by person key, for everyone who has an account. */
  linked: ReadonlyMap<PersonKey, string>;
  /** People whose accounts Hallpass created, in the past or in this run. */
  createdByUs: ReadonlySet<PersonKey>;
  /** Accounts to create, by person key. */
  toCreate: Pick<ReadonlyMap<PersonKey, NamedPerson>, 'get' | 'has'>;
  /** Whether an account is mastered in an on-premises Active Directory. */
  onPremises: (objectId: string) => boolean;
  /** By person key: why an account goes over to them in this run. */
  handovers?: ReadonlyMap<PersonKey, string>;
}

export interface Desire {
  roster: RosterIndex;
  accounts: Accounts;
  profile: Profile;
  /** The schools that belong to this profile alone. */
  scope: Scope;
  made: Made;
  /** The district's date, YYYY-MM-DD. */
  today: string;
}

/** @param keys what to derive; `roster.allKeys()` for everything */
export function desiredState(desire: Desire, keys: Keys): DesiredState {
  const { roster, profile, scope, made } = desire;
  const past = pastOf(roster, desire.today);
  const { policies } = profile;
  const allSchools = new Set(
    [...roster.schools.keys()].filter((id) => scope.covers(id) && (made.schools.has(id) || !past.school(id))),
  );
  const isUser = userTest(desire, allSchools);
  const state: DesiredState = {
    allSchools,
    schools: new Map(),
    users: new Map(),
    licenses: new Map(),
    classes: new Map(),
    members: new Map(),
    owners: new Map(),
    waiting: new Map(),
    leavers: {
      students: {
        dropped: policies.studentLeftClass,
        termEnded: policies.studentTermEnded ?? policies.studentLeftClass,
      },
      teachers: {
        dropped: policies.teacherLeftClass,
        termEnded: policies.teacherTermEnded ?? policies.teacherLeftClass,
      },
    },
    over: new Map(),
    finished: new Map(),
    schoolUsers: new Map(),
    groups: desiredGroups(desire, keys, isUser),
    createTeams: profile.classes.createTeam,
    problems: new Map(),
  };
  for (const id of keys.schools) {
    const school = roster.schools.get(id);
    if (school !== undefined && state.allSchools.has(id)) state.schools.set(id, schoolBody(school, profile));
  }
  for (const key of keys.people) {
    const person = roster.people.get(key);
    if (person !== undefined && isUser(key, person)) addUser(state, desire, key, person);
  }
  const addClass = classAdder(desire);
  for (const id of keys.sections) {
    const section = roster.sections.get(id);
    if (section === undefined) noteOrphans(state, desire, id);
    // A class that is not open yet is treated like one that is gone: not created, and left alone if it exists.
    if (section === undefined || !scope.covers(schoolIdOf(section))) continue;
    if (!isOpen(roster.terms.get(section.termId), profile.dates, desire.today)) continue;
    // So is a class that was over before this school year began.
    if (past.section(section) && !made.classes.has(id)) continue;
    addClass(state, section);
    addMemberships(state, desire, section, isUser, past);
  }
  return state;
}

/**
 * Whether a person has or will have an account: someone only in this profile's schools who is linked or can be named.
 */
function userTest({ accounts, scope, profile }: Desire, schools: ReadonlySet<SchoolId>): UserTest {
  return (key, { schoolIds, preRegistered }) => {
    if (!accounts.linked.has(key) && !accounts.toCreate.has(key)) return false;
    if (preRegistered && !profile.preRegistered) return false;
    return schoolIds.some((schoolId) => schools.has(schoolId)) && scope.othersOf(schoolIds).length === 0;
  };
}

type UserTest = (key: PersonKey, person: Whereabouts) => boolean;

function addUser(state: DesiredState, { accounts, profile }: Desire, key: PersonKey, person: Person): void {
  const named = accounts.toCreate.get(key);
  const ours = named !== undefined || accounts.createdByUs.has(key);
  const objectId = accounts.linked.get(key);
  state.users.set(key, {
    person,
    objectId,
    body: userBody(person, profile, ours && !(objectId !== undefined && accounts.onPremises(objectId))),
    creation: named && {
      userPrincipalName: named.userPrincipalName,
      mailNickname: named.mailNickname,
      usageLocation: profile.licenses.usageLocation,
    },
    ...(named?.replaces === undefined ? {} : { replaces: named.replaces }),
    ...withReason(accounts.handovers?.get(key)),
  });
  for (const schoolId of person.schoolIds) if (state.allSchools.has(schoolId)) addTo(state.schoolUsers, schoolId, key);
  const license = profile.licenses[person.role];
  if (ours && license !== null) state.licenses.set(key, license);
}

function withReason(handedOver: string | undefined): Pick<DesiredUser, 'handedOver'> {
  return handedOver === undefined ? {} : { handedOver };
}

function classAdder({ roster, profile, today }: Desire): (state: DesiredState, section: Section) => void {
  const nameOf = classNamer(profile.classes);
  return (state, section) => {
    const schoolId = schoolIdOf(section);
    const term = roster.terms.get(section.termId);
    const teacher = () => teacherOf(section, roster, (one) => presence(one, term, profile.dates, today) === 'in');
    const displayName = nameOf({ section, term, school: roster.schools.get(schoolId), teacher });
    const body = classBody(section, term);
    const kept = profile.classes.displayName === 'always';
    state.classes.set(sectionIdOf(section), {
      schoolId,
      body: kept ? { displayName, ...body } : body,
      creation: { mailNickname: classNickname(section), ...(kept ? {} : { displayName }) },
    });
  };
}

/** The lead teacher; without one, the teacher who teaches the section now, the first by the record's id. */
function teacherOf(section: Section, roster: RosterIndex, isNow: (one: TeacherRoster) => boolean): Person | undefined {
  const teaching = [...roster.membershipsOf(sectionIdOf(section))]
    .filter((one) => one.kind === 'teacherRoster')
    .sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1));
  const one = teaching.find(({ isLead }) => isLead === true) ?? teaching.find(isNow);
  return one && roster.people.get(memberOf(one));
}

/**
 * Who is in a class today. Teachers are owners and members, which Office needs. People without an account are silently
 * skipped: they already have a problem of their own.
 */
function addMemberships(
  state: DesiredState,
  { roster, profile, scope, today }: Desire,
  section: Section,
  isUser: UserTest,
  past: Past,
): void {
  const sectionId = sectionIdOf(section);
  const term = roster.terms.get(section.termId);
  const dropped = new Set<PersonKey>();
  if (isOver(term, today)) state.over.set(sectionId, { dropped });
  // Nobody is added to a class of an earlier year, whatever its enrollments say.
  const isPast = past.section(section);
  for (const membership of roster.membershipsOf(sectionId)) {
    const key = memberOf(membership);
    const person = roster.whereaboutsOf(key);
    const stands = presence(membership, term, profile.dates, today, person?.preRegistered);
    if (stands === 'out') {
      if (wentToTheEnd(membership, term)) addTo(state.finished, sectionId, key);
      else dropped.add(key);
      continue;
    }
    if (person?.preRegistered && !profile.preRegistered) continue;
    if (stands === 'waiting' || isPast || scope.othersOf(person?.schoolIds ?? []).length > 0) {
      addTo(state.waiting, sectionId, key);
    } else if (person !== undefined && isUser(key, person)) {
      addTo(state.members, sectionId, key);
      if (membership.kind === 'teacherRoster') addTo(state.owners, sectionId, key);
    }
    const stranger = stands === 'in' && !isPast ? strangerProblem(membership, person, scope) : undefined;
    if (stranger !== undefined) state.problems.set(sectionId, [...(state.problems.get(sectionId) ?? []), stranger]);
  }
}

/** Reports enrollments and assignments of a section that PowerSchool has not sent. */
function noteOrphans({ problems }: DesiredState, { roster, scope }: Desire, sectionId: SectionId): void {
  const orphans = [...roster.membershipsOf(sectionId)].filter((one) => scope.covers(schoolIdOf(one)));
  const [first] = orphans;
  if (first === undefined) return;
  const details = { section: sectionId, count: orphans.length, school: first.schoolId };
  problems.set(sectionId, [problem(classKey(sectionId), 'SectionNotInRoster', details)]);
}

function addTo<Id>(sets: Map<Id, Set<PersonKey>>, id: Id, person: PersonKey): void {
  const set = sets.get(id);
  if (set === undefined) sets.set(id, new Set([person]));
  else set.add(person);
}
