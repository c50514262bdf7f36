/** The numbers that the report compares, and the fewest writes that Graph allows for them. */
import type { Actual } from './actual.ts';
import type { Expected } from './expected.ts';

export interface Totals {
  schools: number;
  classes: number;
  /** Accounts with a person's stamp. */
  users: number;
  licenses: number;
  /** Memberships in classes, of students and teachers. */
  members: number;
  /** Ownerships of classes. */
  teachers: number;
  /** Classes that are teams. */
  teams: number;
  /** People with a problem. */
  problems: number;
}

/** References in one PATCH of a group: Graph's limit. */
export const bindLimit = 20;

export function expectedTotals(expected: Expected): Totals {
  const { schools, classes, users, problems } = expected;
  return {
    schools: schools.length,
    classes: classes.length,
    users: users.length,
    licenses: sum(users, (user) => user.licenses.length),
    members: sum(classes, (one) => one.members.size),
    teachers: sum(classes, (one) => one.owners.size),
    teams: sum(classes, (one) => Number(one.team)),
    problems: [...problems.keys()].filter(isAboutPerson).length,
  };
}

export function actualTotals(actual: Actual): Totals {
  const { schools, classes, users, problems } = actual;
  return {
    schools: schools.length,
    classes: classes.length,
    users: users.filter((user) => user.stamp !== undefined).length,
    licenses: sum(users, (user) => user.licenses.length),
    members: sum(classes, (one) => one.members.length),
    teachers: sum(classes, (one) => one.owners.length),
    teams: sum(classes, (one) => Number(one.team)),
    problems: problems.filter((problem) => isAboutPerson(problem.subject)).length,
  };
}

export function isAboutPerson(subject: string): boolean {
  return /^(students|teachers):/.test(subject);
}

/**
 * The fewest writes that lead from nothing to the expected state: one per school, account, license and class, one per
 * membership in a school, one per twenty owners or members of a class, one per twenty members of a group that gives a
 * license, and one per team.
 */
export function minimumWrites(expected: Expected): number {
  const { schools, classes, users, groups } = expected;
  const joined = new Set(groups.flatMap(({ members }) => [...members]));
  const licenses = users.filter(({ person }) => !joined.has(person.key));
  const relations =
    classes.length +
    sum(classes, (one) => Number(one.team)) +
    sum(groups, ({ members }) => Math.ceil(members.size / bindLimit)) +
    sum(users, (user) => user.person.schools.length) +
    sum(classes, ({ owners, members }) => Math.ceil(owners.size / bindLimit) + Math.ceil(members.size / bindLimit));
  return schools.length + classes.length + users.length + sum(licenses, (user) => user.licenses.length) + relations;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
