/** What Microsoft 365 must hold for a district, computed from PowerSchool's tables and the directory as it was. Pure. */
import { type Assignment, type IdentityRule, matchAccounts, nameAccounts, type SeededAccount } from './accounts.ts';
import type { District, Person, Role, School, Section } from './district.ts';

export type Mode = 'match' | 'create';

/** What the demo's profile asks for. */
export interface Rules {
  mode: Mode;
  identity: Record<Role, IdentityRule>;
  domains: Record<Role, string>;
  /** skuId per role, for accounts that are created. */
  licences: Record<Role, string>;
  usageLocation: string;
  /** Whether every class with an owner is a team. */
  teams: boolean;
}

/** Properties as Graph shows them; nested ones hold texts. */
export type Properties = { [name: string]: string | Properties };

export interface ExpectedSchool {
  dcid: string;
  properties: Properties;
}

export interface ExpectedUser {
  person: Person;
  /** Object id of the matched account, or the userPrincipalName of the one to be made. */
  account: { id: string } | { userPrincipalName: string };
  /** What the account carries besides what it had. */
  properties: Properties;
  /** skuIds. */
  licences: string[];
}

export interface ExpectedClass {
  dcid: string;
  school: string;
  properties: Properties;
  /** Person keys. */
  owners: Set<string>;
  members: Set<string>;
  team: boolean;
}

export interface Expected {
  schools: ExpectedSchool[];
  users: ExpectedUser[];
  classes: ExpectedClass[];
  /** Code by person key, or by `class:<DCID>/team`. */
  problems: Map<string, string>;
}

export function expectedState(district: District, directory: readonly SeededAccount[], rules: Rules): Expected {
  const { accounts, problems } = assign(district.people, directory, rules);
  const users = district.people.flatMap((person) => {
    const account = accounts.get(person.key);
    return account === undefined ? [] : [userOf(person, account, rules)];
  });
  const classes = new Map(district.sections.map((section) => [section.dcid, classOf(section)]));
  for (const { section, student } of district.enrollments) {
    const key = `students:${student}`;
    if (accounts.has(key)) classes.get(section)?.members.add(key);
  }
  for (const { section, teacher } of district.teaching) {
    const key = `teachers:${teacher}`;
    if (!accounts.has(key)) continue;
    classes.get(section)?.owners.add(key);
    classes.get(section)?.members.add(key);
  }
  for (const one of rules.teams ? classes.values() : []) {
    one.team = one.owners.size > 0;
    if (!one.team) problems.set(`class:${one.dcid}/team`, 'ClassWithoutOwner');
  }
  return { schools: district.schools.map(schoolOf), users, classes: [...classes.values()], problems };
}

function assign(people: readonly Person[], directory: readonly SeededAccount[], rules: Rules): Assignment {
  return rules.mode === 'match'
    ? matchAccounts(people, directory, rules.identity)
    : nameAccounts(people, directory, rules.domains);
}

function schoolOf(school: School): ExpectedSchool {
  const { street, city, state, zip } = school;
  return {
    dcid: school.dcid,
    properties: present({
      displayName: school.name,
      externalId: school.dcid,
      externalSource: 'sis',
      schoolNumber: school.number,
      lowestGrade: school.lowGrade,
      highestGrade: school.highGrade,
      principalName: school.principal,
      phone: school.phone,
      address: present({ street, city, state, postalCode: zip }),
    }),
  };
}

function classOf(section: Section): ExpectedClass {
  return {
    dcid: section.dcid,
    school: section.school,
    properties: {
      displayName: `${section.courseName} - ${section.number}`.slice(0, 256),
      mailNickname: `Section_${section.dcid}`,
      externalId: section.dcid,
      externalSource: 'sis',
    },
    owners: new Set(),
    members: new Set(),
    team: false,
  };
}

/** A matched account gets the education properties and keeps its names; a created one gets its names and a licence. */
function userOf(person: Person, account: string, rules: Rules): ExpectedUser {
  const facet: Properties =
    person.role === 'students'
      ? { student: present({ externalId: person.dcid, studentNumber: person.number, grade: person.grade }) }
      : { teacher: present({ externalId: person.dcid, teacherNumber: person.number }) };
  const stamp: Properties = {
    primaryRole: person.role === 'students' ? 'student' : 'teacher',
    externalSource: 'sis',
    ...facet,
  };
  if (rules.mode === 'match') return { person, account: { id: account }, properties: stamp, licences: [] };
  const names = [person.givenName, person.surname].filter((name) => name !== undefined);
  return {
    person,
    account: { userPrincipalName: account },
    properties: {
      ...stamp,
      ...present({
        displayName: names.join(' ') || person.username,
        givenName: person.givenName,
        surname: person.surname,
        usageLocation: rules.usageLocation,
      }),
    },
    licences: [rules.licences[person.role]],
  };
}

function present(properties: { [name: string]: string | Properties | undefined }): Properties {
  const entries = Object.entries(properties).filter(
    (entry): entry is [string, string | Properties] => entry[1] !== undefined && !isEmpty(entry[1]),
  );
  return Object.fromEntries(entries);
}

function isEmpty(value: string | Properties): boolean {
  return typeof value !== 'string' && Object.keys(value).length === 0;
}
