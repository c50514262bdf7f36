/** Every difference between the expected and the actual state, in words. Pure. */
import type { SeededAccount } from './accounts.ts';
import type { Actual, ActualClass, ActualGroup, ActualSchool, ActualUser, ReportedProblem } from './actual.ts';
import type { ExpectedClass } from './classes.ts';
import type { Expected } from './expected.ts';
import { compareObject, compareProperties, type Say } from './objects.ts';
import type { ExpectedUser } from './users.ts';

/** @param directory the accounts before anything was provisioned */
export function compare(expected: Expected, directory: readonly SeededAccount[], actual: Actual): string[] {
  const differences: string[] = [];
  const say = (difference: string) => differences.push(difference);
  const schools = compareSchools(expected, actual.schools, say);
  const people = compareUsers(expected.users, directory, actual.users, schools, say);
  compareClasses(expected.classes, actual.classes, { schools, people }, say);
  compareGroups(expected, actual.groups, people, say);
  for (const { type, name } of actual.strangers) say(`${type} ${name} should not be there`);
  compareProblems(expected.problems, actual.problems, say);
  return differences;
}

/** Names by object id: DCIDs for schools, person keys for accounts. */
type NamesById = Map<string, string>;

function compareSchools(expected: Expected, actual: readonly ActualSchool[], say: Say): NamesById {
  const found = Map.groupBy(actual, (school) => String(school.properties.externalId));
  const names: NamesById = new Map();
  for (const { dcid, properties } of expected.schools) {
    const school = single(found, dcid, `school ${dcid}`, say);
    if (school === undefined) continue;
    names.set(school.id, dcid);
    compareObject('school', `school ${dcid}`, [properties], school.properties, say);
  }
  for (const [externalId, extra] of found) say(`${plural(extra.length, 'school')} ${externalId} should not be there`);
  return names;
}

function compareUsers(
  expected: readonly ExpectedUser[],
  directory: readonly SeededAccount[],
  actual: readonly ActualUser[],
  schools: NamesById,
  say: Say,
): NamesById {
  const seeded = new Map(directory.map((account) => [account.id, account]));
  const byId = new Map(actual.map((user) => [user.id, user]));
  const byName = new Map(actual.map((user) => [user.userPrincipalName.toLowerCase(), user]));
  const names: NamesById = new Map();
  const disabled = new Set<string>();
  for (const { person, account, properties, licenses, disabled: isDisabled, signedOut } of expected) {
    const { key } = person;
    const user = 'id' in account ? byId.get(account.id) : byName.get(account.userPrincipalName.toLowerCase());
    if (user === undefined) {
      say(`${key}: the account is missing`);
      continue;
    }
    names.set(user.id, key);
    if (isDisabled) disabled.add(user.id);
    const isEnabled = user.properties.accountEnabled !== false;
    if (isEnabled && isDisabled) say(`${key}: the account is not disabled`);
    if (!isEnabled && !isDisabled && !('id' in account)) say(`${key}: the account is disabled`);
    const wasSignedOut = user.properties.signInSessionsValidFromDateTime !== undefined;
    if (wasSignedOut !== signedOut) say(`${key}: the account was ${signedOut ? 'not ' : ''}signed out`);
    const before = seeded.get(user.id);
    compareObject('user', key, before === undefined ? [properties] : [properties, before], user.properties, say);
    compareSets(`${key}: license`, new Set(licenses), user.licenses, say);
    compareSets(
      `${key}: school`,
      new Set(person.schools),
      user.schools.map((id) => schools.get(id) ?? id),
      say,
    );
  }
  for (const user of actual) {
    const key = names.get(user.id);
    const before = seeded.get(user.id);
    if (before === undefined && key === undefined) say(`account ${user.userPrincipalName} should not have been made`);
    if (before !== undefined) {
      const was = disabled.has(user.id) ? { ...before, accountEnabled: false } : before;
      compareProperties(key ?? user.userPrincipalName, was, user.properties, say);
    }
    if (key === undefined && isTouched(user)) {
      say(`account ${user.userPrincipalName} belongs to nobody, but was provisioned (${user.stamp ?? 'no stamp'})`);
    }
  }
  for (const { id, userPrincipalName } of directory) {
    if (!byId.has(id)) say(`account ${userPrincipalName} was there before and is gone`);
  }
  return names;
}

function isTouched({ stamp, licenses, schools, properties }: ActualUser): boolean {
  const role = properties.primaryRole ?? 'none';
  return stamp !== undefined || licenses.length > 0 || schools.length > 0 || role !== 'none';
}

function compareClasses(
  expected: readonly ExpectedClass[],
  actual: readonly ActualClass[],
  names: { schools: NamesById; people: NamesById },
  say: Say,
): void {
  const found = Map.groupBy(actual, (one) => String(one.properties.externalId));
  for (const { dcid, school, properties, owners, members, team, archived } of expected) {
    const name = `class ${dcid}`;
    const one = single(found, dcid, name, say);
    if (one === undefined) continue;
    compareObject('class', name, [properties], one.properties, say);
    const person = (id: string) => names.people.get(id) ?? id;
    compareSets(
      `${name}: school`,
      new Set([school]),
      one.schools.map((id) => names.schools.get(id) ?? id),
      say,
    );
    compareSets(`${name}: owner`, owners, one.owners.map(person), say);
    compareSets(`${name}: member`, members, one.members.map(person), say);
    if (one.team !== team) say(`${name}: ${team ? 'it is no team' : 'it should be no team'}`);
    if (one.archived !== archived) say(`${name}: its team is ${archived ? 'not archived' : 'archived'}`);
  }
  for (const [externalId, extra] of found) say(`${plural(extra.length, 'class')} ${externalId} should not be there`);
}

function compareGroups(
  expected: Pick<Expected, 'groups' | 'securityGroups'>,
  actual: readonly ActualGroup[],
  people: NamesById,
  say: Say,
): void {
  const found = new Map(actual.map((group) => [group.id, group]));
  for (const { id, members } of expected.groups) {
    const group = found.get(id);
    found.delete(id);
    if (group === undefined) say(`group ${id} is gone`);
    else
      compareSets(
        `group ${group.name}: member`,
        members,
        group.members.map((one) => people.get(one) ?? one),
        say,
      );
  }
  const byName = Map.groupBy(found.values(), ({ name }) => name);
  for (const { name, members } of expected.securityGroups) {
    const [group, ...more] = byName.get(name) ?? [];
    if (group !== undefined) found.delete(group.id);
    if (group === undefined || more.length > 0)
      say(`security group ${name} is ${group === undefined ? 'missing' : 'there twice'}`);
    const there = group?.members.map((one) => people.get(one) ?? one) ?? [];
    compareSets(`security group ${name}: member`, members, there, say);
  }
  for (const { name } of found.values()) say(`group ${name} should not be there`);
}

function compareProblems(expected: ReadonlyMap<string, string>, actual: readonly ReportedProblem[], say: Say): void {
  const reported = Map.groupBy(actual, (problem) => problem.subject);
  for (const [key, code] of expected) {
    // Several profiles may each report it.
    const codes = [...new Set(reported.get(key)?.map((problem) => problem.code))];
    if (codes.length === 0) say(`${key}: ${code} is not reported`);
    else if (codes.length > 1 || codes[0] !== code) say(`${key}: ${codes.join(' and ')} is reported, not ${code}`);
  }
  for (const [subject, problems] of reported) {
    if (expected.has(subject)) continue;
    for (const { code, message } of problems) say(`${subject}: ${code} is reported, but all is well (${message})`);
  }
}

/** The only object with this name, removed from `found`. */
function single<T>(found: Map<string, T[]>, name: string, what: string, say: Say): T | undefined {
  const objects = found.get(name) ?? [];
  found.delete(name);
  if (objects.length === 0) say(`${what} is missing`);
  if (objects.length > 1) say(`${what} is there ${objects.length} times`);
  return objects[0];
}

function compareSets(what: string, expected: ReadonlySet<string>, actual: readonly string[], say: Say): void {
  const there = new Set(actual);
  if (there.size < actual.length) say(`${what}: the same one is there twice`);
  for (const item of expected) if (!there.has(item)) say(`${what} ${item} is missing`);
  for (const item of there) if (!expected.has(item)) say(`${what} ${item} should not be there`);
}

function plural(count: number, noun: string): string {
  if (count === 1) return noun;
  return `${count} × ${noun}`;
}
