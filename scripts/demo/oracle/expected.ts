/**
 * What Microsoft 365 must contain for a district, computed from PowerSchool's tables and the original directory. Pure.
 */
import { assignAccounts, type SeededAccount } from './accounts.ts';
import { classesOf, danglingOf, type ExpectedClass } from './classes.ts';
import { departedFrom } from './departed.ts';
import type { District, School } from './district.ts';
import { chooser, type Properties, present } from './properties.ts';
import type { Rules } from './rules.ts';
import { scopeOf } from './scope.ts';
import { type ExpectedSecurityGroup, securityGroupsOf } from './security-groups.ts';
import { type ExpectedUser, given, userOf } from './users.ts';
import { yearsOf } from './years.ts';

/** What the expectation depends on besides the tables. */
export interface Circumstances {
  /** The directory before anything was provisioned. */
  directory: readonly SeededAccount[];
  profiles: readonly Rules[];
  /** The license that each group gives, as `ExpectedUser.licenses`. */
  groupLicenses: ReadonlyMap<string, string>;
  /** Local date, YYYY-MM-DD. */
  today: string;
}

export interface ExpectedSchool {
  dcid: string;
  properties: Properties;
}

/** A group that gives a license to its members. */
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
  securityGroups: ExpectedSecurityGroup[];
  /** Code by person key, by `school:<DCID>`, by `class:<DCID>/team`, or by a membership's name. */
  problems: Map<string, string>;
}

/** @param earlier what was expected before the tables changed: policies let some of it stay */
export function expectedState(tables: District, circumstances: Circumstances, earlier?: Expected): Expected {
  const { directory, profiles, groupLicenses, today } = circumstances;
  const district = asRead(tables, profiles);
  const scope = scopeOf(district, profiles, today);
  const years = yearsOf(district, today);
  // People whose schools have all ended before this school year get no account; those who have one keep it.
  const had = new Set(earlier?.users.map(({ person }) => person.key));
  scope.people = scope.people.filter(
    ({ person }) => had.has(person.key) || person.schools.some((school) => !years.hasEnded(school)),
  );
  const { accounts, problems: unassigned } = assignAccounts(scope.people, directory);
  const problems = new Map([...scope.problems, ...unassigned]);
  const groups = new Map([...groupLicenses.keys()].map((id) => [id, new Set<string>()]));
  const users = scope.people.flatMap(({ person, rules }) => {
    const account = accounts.get(person.key);
    if (account === undefined) return [];
    const license = rules.mode[person.role] === 'create' ? rules.licenses[person.role] : undefined;
    if (license !== undefined && 'group' in license) groups.get(license.group)?.add(person.key);
    return [userOf(person, account, rules, license === undefined ? [] : [given(license, groupLicenses)])];
  });
  const classes = classesOf({
    district,
    ruling: scope.ruling,
    holders: new Map(
      scope.people.flatMap(({ person, rules }) => (accounts.has(person.key) ? [[person.key, rules]] : [])),
    ),
    contested: new Set(scope.problems.keys()),
    today,
    years,
    earlier: new Map(earlier?.classes.map((one) => [one.dcid, one])),
  });
  for (const { dcid, school, team } of classes) {
    if (scope.ruling.get(school)?.teams && !team) problems.set(`class:${dcid}/team`, 'ClassWithoutOwner');
  }
  for (const subject of danglingOf(district, scope.ruling, profiles, { today, years }))
    problems.set(subject, 'InvalidLookupReference');
  const schools = district.schools.flatMap((school) => {
    const rules = scope.ruling.get(school.dcid);
    const isMade = earlier?.schools.some(({ dcid }) => dcid === school.dcid) || !years.hasEnded(school.dcid);
    return rules === undefined || !isMade ? [] : [schoolOf(school, rules)];
  });
  const gone = departedFrom(district, earlier ?? { users: [], classes: [] }, scope.ruling, today);
  users.push(...gone.users);
  classes.push(...gone.classes);
  // Hallpass removes no license from people who left.
  const left = new Set(gone.users.map(({ person }) => person.key));
  for (const { id, members } of earlier?.groups ?? []) {
    for (const key of members.intersection(left)) groups.get(id)?.add(key);
  }
  const securityGroups = securityGroupsOf({
    schools: district.schools,
    users: scope.people.filter(({ person }) => accounts.has(person.key)),
    here: new Set(district.people.map(({ key }) => key)),
    contested: new Set(scope.problems.keys()),
    ruling: scope.ruling,
    lastSchools: new Map(earlier?.users.map(({ person }) => [person.key, person.schools[0]])),
    earlier: earlier?.securityGroups ?? [],
  });
  const byLicense = [...groups].map(([id, members]) => ({ id, members }));
  return { schools, users, classes, groups: byLicense, securityGroups, problems };
}

/** Pre-registered people are read only where a profile asks for them. */
function asRead(district: District, profiles: readonly Rules[]): District {
  if (profiles.some(({ takesPreRegistered }) => takesPreRegistered)) return district;
  return {
    ...district,
    people: district.people.filter(({ preRegistered }) => !preRegistered),
    enrollments: district.enrollments.filter(({ preRegistered }) => !preRegistered),
  };
}

function schoolOf(school: School, { properties, gradeCode }: Rules): ExpectedSchool {
  const chosen = chooser(properties.school);
  const code = (level: string | undefined) => (level === undefined ? undefined : gradeCode(level));
  return {
    dcid: school.dcid,
    properties: present({
      displayName: school.name,
      externalId: school.dcid,
      externalSource: 'sis',
      schoolNumber: school.number,
      lowestGrade: chosen('lowGrade', code(school.lowGrade)),
      highestGrade: chosen('highGrade', code(school.highGrade)),
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
