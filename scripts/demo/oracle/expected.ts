/** What Microsoft 365 must hold for a district, computed from PowerSchool's tables and the directory as it was. Pure. */
import { assignAccounts, type SeededAccount } from './accounts.ts';
import { classesOf, danglingOf, type ExpectedClass, type Properties } from './classes.ts';
import type { District, Person, School } from './district.ts';
import type { Licence, Rules } from './rules.ts';
import { scopeOf } from './scope.ts';

/** What the expectation rests on besides the tables. */
export interface Circumstances {
  /** The directory before anything was provisioned. */
  directory: readonly SeededAccount[];
  profiles: readonly Rules[];
  /** Licence by group that gives it, as `ExpectedUser.licences`. */
  groupLicences: ReadonlyMap<string, string>;
  /** Local date, YYYY-MM-DD. */
  today: string;
}

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
  /** See licenceName. */
  licences: string[];
}

/** A group that gives a licence to its members. */
export interface ExpectedGroup {
  id: string;
  /** Person keys. */
  members: Set<string>;
}

export interface Expected {
  schools: ExpectedSchool[];
  users: ExpectedUser[];
  classes: ExpectedClass[];
  groups: ExpectedGroup[];
  /** Code by person key, by `school:<DCID>`, by `class:<DCID>/team`, or by a membership's name. */
  problems: Map<string, string>;
}

/** @param earlier what had to be there before the tables became what they are: policies let some of it stay */
export function expectedState(district: District, circumstances: Circumstances, earlier?: Expected): Expected {
  const { directory, profiles, groupLicences, today } = circumstances;
  const scope = scopeOf(district, profiles);
  const { accounts, problems: unassigned } = assignAccounts(scope.people, directory);
  const problems = new Map([...scope.problems, ...unassigned]);
  const groups = new Map([...groupLicences.keys()].map((id) => [id, new Set<string>()]));
  const users = scope.people.flatMap(({ person, rules }) => {
    const account = accounts.get(person.key);
    if (account === undefined) return [];
    const licence = rules.mode[person.role] === 'create' ? rules.licences[person.role] : undefined;
    if (licence !== undefined && 'group' in licence) groups.get(licence.group)?.add(person.key);
    return [userOf(person, account, rules, licence === undefined ? [] : [given(licence, groupLicences)])];
  });
  const classes = classesOf({
    district,
    ruling: scope.ruling,
    holders: new Map(
      scope.people.flatMap(({ person, rules }) => (accounts.has(person.key) ? [[person.key, rules]] : [])),
    ),
    contested: new Set(scope.problems.keys()),
    today,
    earlier: new Map(earlier?.classes.map((one) => [one.dcid, one])),
  });
  for (const { dcid, school, team } of classes) {
    if (scope.ruling.get(school)?.teams && !team) problems.set(`class:${dcid}/team`, 'ClassWithoutOwner');
  }
  for (const subject of danglingOf(district, scope.ruling, profiles, today))
    problems.set(subject, 'InvalidLookupReference');
  const schools = district.schools.flatMap((school) => {
    const rules = scope.ruling.get(school.dcid);
    return rules === undefined ? [] : [schoolOf(school, rules)];
  });
  return { schools, users, classes, groups: [...groups].map(([id, members]) => ({ id, members })), problems };
}

/** A licence as the comparison knows it: the SKU's id, and the plans that are off. */
export function licenceName(skuId: string, disabledPlans: readonly string[]): string {
  return disabledPlans.length === 0 ? skuId : `${skuId} without ${[...disabledPlans].sort().join(', ')}`;
}

function given(licence: Licence, groupLicences: ReadonlyMap<string, string>): string {
  if ('group' in licence) return groupLicences.get(licence.group) ?? `of ${licence.group}`;
  return licenceName(licence.skuId, licence.disabledPlans);
}

function schoolOf(school: School, { properties }: Rules): ExpectedSchool {
  const chosen = chooser(properties.school);
  return {
    dcid: school.dcid,
    properties: present({
      displayName: school.name,
      externalId: school.dcid,
      externalSource: 'sis',
      schoolNumber: school.number,
      lowestGrade: chosen('lowGrade', school.lowGrade),
      highestGrade: chosen('highGrade', school.highGrade),
      principalName: chosen('principalName', school.principal),
      principalEmail: chosen('principalEmail', school.principalEmail),
      phone: chosen('phone', school.phone),
      address: present({
        street: chosen('street', school.street),
        city: chosen('city', school.city),
        state: chosen('state', school.state),
        postalCode: chosen('postalCode', school.zip),
      }),
    }),
  };
}

/** A matched account gets the education properties and keeps its names; a created one gets its names and a licence. */
function userOf(person: Person, account: string, rules: Rules, licences: string[]): ExpectedUser {
  const { role, dcid, number, grade, graduationYear, givenName, middleName, surname, username } = person;
  const chosen = chooser(rules.properties[role === 'students' ? 'student' : 'teacher']);
  const facet: Properties =
    role === 'students'
      ? {
          student: present({
            externalId: dcid,
            studentNumber: chosen('studentNumber', number),
            grade: chosen('grade', grade),
            graduationYear: chosen('graduationYear', graduationYear),
          }),
        }
      : { teacher: present({ externalId: dcid, teacherNumber: chosen('teacherNumber', number) }) };
  const stamp: Properties = {
    primaryRole: role === 'students' ? 'student' : 'teacher',
    externalSource: 'sis',
    ...facet,
  };
  if (rules.mode[role] === 'match') return { person, account: { id: account }, properties: stamp, licences: [] };
  const names = [givenName, surname].filter((name) => name !== undefined);
  return {
    person,
    account: { userPrincipalName: account },
    properties: {
      ...stamp,
      ...present({
        displayName: names.join(' ') || username,
        givenName,
        middleName: chosen('middleName', middleName),
        surname,
        usageLocation: rules.usageLocation,
      }),
    },
    licences,
  };
}

/** What is not chosen leaves the district for nobody. */
function chooser(chosen: ReadonlySet<string>): (name: string, value: string | undefined) => string | null | undefined {
  return (name, value) => (chosen.has(name) ? value : null);
}

function present(properties: { [name: string]: string | null | Properties | undefined }): Properties {
  const entries = Object.entries(properties).filter(
    (entry): entry is [string, string | null | Properties] => entry[1] !== undefined && !isEmpty(entry[1]),
  );
  return Object.fromEntries(entries);
}

function isEmpty(value: string | null | Properties): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
