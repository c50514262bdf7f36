/**
 * The two small districts beside Summit: what their offices have typed, and what their Microsoft 365 holds. Lakeside has people whom
 * somebody has to look at; in Riverbend, Hallpass creates the accounts, and all is in order until the school year is rolled over
 * (rollover.ts). Pure.
 */
import type { DirectoryFile } from '../simulators/microsoft/directory-file.ts';
import { seedDirectory } from '../simulators/microsoft/directory-seed.ts';
import { seedPerson } from './directory.ts';
import type { District } from './oracle/district.ts';
import type { Mode, ProfileDocument } from './oracle/rules.ts';
import type { Tables } from './powerschool.ts';
import { plainProfile, skus } from './profile.ts';
import { lakeside, riverbend, type Site } from './sites.ts';

export interface Neighbor {
  site: Site;
  tables: Tables;
  /** Whether people have accounts, or get them. */
  mode: Mode;
  hasProblems: boolean;
}

/** A few hundred people each, so that they are in step within a minute. */
export const neighbors: readonly Neighbor[] = [
  { site: lakeside, tables: { students: 180, seed: 23, sdsCsv: undefined }, mode: 'match', hasProblems: true },
  { site: riverbend, tables: { students: 150, seed: 5, sdsCsv: undefined }, mode: 'create', hasProblems: false },
];

/** Of Lakeside's students: one in so many lacks the account, has two, or lacks the number in PowerSchool. */
const flaws = { withoutAccount: 14, withTwo: 45, withoutNumber: 30 };

/** Edits of `POST /_sim/edit` before the agent looks: the school's name, and user names that are missing. */
export function firstEdits({ site, hasProblems }: Neighbor, { schools, people }: District): object[] {
  const [place = ''] = site.name.split(' ');
  const named = schools.map(({ dcid, name }) => {
    return { op: 'renameSchool', schoolId: Number(dcid), name: name.replace(/^\w+/, place) };
  });
  if (!hasProblems) return [...named, ...missingLogins({ people })];
  const students = people.filter(({ role }) => role === 'students');
  const blank = everyNth(students, flaws.withoutNumber).map(({ dcid }) => {
    return { op: 'update', table: 'students', set: { student_number: null }, where: { dcid: Number(dcid) } };
  });
  return [...named, ...blank];
}

/** Gives teachers a user name who have none. */
export function missingLogins({ people }: Pick<District, 'people'>): object[] {
  const without = people.filter(({ role, username }) => role === 'teachers' && username === undefined);
  return without.map(({ dcid }) => ({
    op: 'update',
    table: 'users',
    set: { teacherloginid: `teacher${dcid}` },
    where: { dcid: Number(dcid) },
  }));
}

/** @param district after the first edits */
export function neighborDirectory(
  { site, tables, mode, hasProblems }: Neighbor,
  district: District,
): { file: DirectoryFile; profile: ProfileDocument } {
  const { domain, name: displayName } = site;
  const people = mode === 'match' ? district.people.map(seedPerson) : [];
  const seeded = seedDirectory(people, { seed: tables.seed, domain, displayName, oneEach: true });
  const enabled = district.people.length + 50;
  const tenant = { ...seeded.tenant, skus: seeded.tenant.skus.map((sku) => ({ ...sku, enabled })) };
  const file = { ...seeded, tenant };
  const skuOf = (part: string) => file.tenant.skus.find(({ skuPartNumber }) => skuPartNumber === part)?.skuId ?? '';
  const licenses = { students: skuOf(skus.students), teachers: skuOf(skus.teachers) };
  const plain = plainProfile({ mode, teams: false, directory: 'accounts' }, licenses);
  const teachers = { source: 'username', suffix: domain, target: 'userPrincipalName' } as const;
  const profile =
    mode === 'match'
      ? { ...plain, identity: { ...plain.identity, teachers } }
      : { ...plain, domains: { students: `students.${domain}`, teachers: domain } };
  return { file: hasProblems ? { ...file, users: flawed(file.users, `@students.${domain}`) } : file, profile };
}

function flawed(users: DirectoryFile['users'], studentDomain: string): DirectoryFile['users'] {
  const [students, others] = [[], []] as [DirectoryFile['users'], DirectoryFile['users']];
  for (const user of users) (user.userPrincipalName.endsWith(studentDomain) ? students : others).push(user);
  const missing = new Set(everyNth(students, flaws.withoutAccount));
  const present = students.filter((user) => !missing.has(user));
  const second = everyNth(present, flaws.withTwo).map((user) => ({
    userPrincipalName: user.userPrincipalName.replace('@', '.old@'),
    mailNickname: user.mailNickname,
    displayName: `${user.displayName} (old)`,
  }));
  return [...others, ...present, ...second];
}

function everyNth<T>(all: readonly T[], nth: number): T[] {
  return all.filter((_, at) => at % nth === nth - 1);
}
