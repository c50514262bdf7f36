/**
 * What was in the tenant before Hallpass besides accounts: what must be left alone, and what need not be written again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Actual, ActualClass, Bag } from './actual.ts';
import type { Expected } from './expected.ts';

/** Classes and schools of the directory file, with account names for people. */
export interface Before {
  users: readonly Bag[];
  classes: readonly (Bag & { id: string; members: string[]; owners: string[] })[];
  schools: readonly (Bag & { users: string[]; classes: string[] })[];
}

/** References in one PATCH of a group: Graph's limit. */
const bindLimit = 20;

/** A class whose year is over: School Data Sync's own script marks it in the address. */
function isExpired({ mailNickname }: Bag): boolean {
  return /^Exp\d{4}_/.test(String(mailNickname));
}

/**
 * Removes the classes that do not belong to the roster.
 *
 * @returns the rest, and what was done to the removed ones
 */
export function setAside(actual: Actual, before: Before): { rest: Actual; differences: string[] } {
  const expired = new Map(before.classes.filter(isExpired).map((one) => [one.id, one]));
  const differences: string[] = [];
  const there = new Map(actual.classes.map((one) => [one.id, one]));
  for (const [id, one] of expired) {
    const now = there.get(id);
    if (now === undefined) differences.push(`expired class ${one.displayName} is gone`);
    else if (!isAsBefore(now, one)) differences.push(`expired class ${one.displayName} was touched`);
  }
  return { rest: { ...actual, classes: actual.classes.filter(({ id }) => !expired.has(id)) }, differences };
}

function isAsBefore(now: ActualClass, { members, owners, isClass: _, ...was }: Before['classes'][number]): boolean {
  const asBefore = Object.entries(was).every(([name, value]) => isDeepStrictEqual(now.properties[name], value));
  return asBefore && now.members.length === members.length && now.owners.length === owners.length;
}

/**
 * Of the fewest writes that lead from nothing to the expected state, those that are unnecessary because of what is
 * there. Every class needs its term.
 */
export function writesSaved(before: Before, expected: Expected): number {
  const classes = new Map(before.classes.filter((one) => !isExpired(one)).map((one) => [one.mailNickname, one]));
  // By their numbers: external ids differ between tenants.
  const numbered = new Map(before.schools.map((one) => [one.schoolNumber, one]));
  const schools = new Map(
    expected.schools.map(({ dcid, properties }) => [dcid, numbered.get(String(properties.schoolNumber))]),
  );
  const accounts = new Map(before.users.map((one) => [one.id, one]));
  const names = new Map<string, string>();
  let saved = 0;
  for (const { dcid, properties } of expected.schools) if (has(schools.get(dcid), properties)) saved += 1;
  for (const { person, account, properties } of expected.users) {
    const was = 'id' in account ? accounts.get(account.id) : undefined;
    const name = String(was?.userPrincipalName);
    names.set(person.key, name);
    if (has(was, properties)) saved += 1;
    saved += person.schools.filter((school) => schools.get(school)?.users.includes(name) === true).length;
  }
  for (const { school, properties, members, owners } of expected.classes) {
    const was = classes.get(properties.mailNickname);
    if (was === undefined) continue;
    if (was.term !== undefined && has(was, properties)) saved += 1;
    if (schools.get(school)?.classes.includes(was.id) === true) saved += 1;
    for (const [people, there] of [
      [members, new Set(was.members)],
      [owners, new Set(was.owners)],
    ] as const) {
      const missing = [...people].filter((key) => !there.has(names.get(key) ?? '')).length;
      saved += Math.ceil(people.size / bindLimit) - Math.ceil(missing / bindLimit);
    }
  }
  return saved;
}

function has(was: Bag | undefined, properties: Bag): boolean {
  return Object.entries(properties).every(([name, value]) => {
    const there = was?.[name];
    if (value === null) return true;
    const isPart = typeof value === 'object' && value !== null && typeof there === 'object' && there !== null;
    return isPart ? has(there as Bag, value as Bag) : there === value;
  });
}
