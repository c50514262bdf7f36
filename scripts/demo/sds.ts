/** The demo's tenant as School Data Sync would have left it: who is whose account is the oracle's word, not the product's. */
import type { DirectoryFile } from '../simulators/microsoft/directory-file.ts';
import { type SdsOptions, type SdsPerson, seedSds } from '../simulators/microsoft/sds-seed.ts';
import { matchAccounts, type SeededAccount } from './oracle/accounts.ts';
import type { District } from './oracle/district.ts';
import type { Rules } from './oracle/expected.ts';

/** A few accounts that it never saw, a few classes that teachers renamed, a few of last year that have expired. */
const left = { unstamped: 0.03, renamed: 0.05, expired: 3 };

export function leftBySds(
  file: DirectoryFile,
  district: District,
  { identity }: Pick<Rules, 'identity'>,
  options: Pick<SdsOptions, 'seed' | 'form'>,
): DirectoryFile {
  const accounts = file.users as SeededAccount[];
  const names = new Map(accounts.map(({ id, userPrincipalName }) => [id, userPrincipalName]));
  const assigned = matchAccounts(district.people, accounts, identity).accounts;
  const people = district.people.flatMap(({ key, role, dcid, number, grade, schools }): SdsPerson[] => {
    const userPrincipalName = names.get(assigned.get(key) ?? '');
    if (userPrincipalName === undefined) return [];
    const kind = role === 'students' ? 'student' : 'teacher';
    const optional = { ...(number === undefined ? {} : { number }), ...(grade === undefined ? {} : { grade }) };
    return [{ role: kind, id: dcid, userPrincipalName, schoolIds: schools, ...optional }];
  });
  const sds = {
    schools: district.schools.map(({ dcid: id, name, number }) => ({ id, name, number })),
    sections: district.sections.map(({ dcid: id, school: schoolId, courseName, courseNumber, number }) => {
      const name = `${courseName} - ${number}`.slice(0, 256);
      return { id, schoolId, name, courseName, courseNumber, sectionNumber: number };
    }),
    people,
    memberships: [
      ...district.enrollments.map(({ section: sectionId, student: personId }) => {
        return { sectionId, role: 'student' as const, personId };
      }),
      ...district.teaching.map(({ section: sectionId, teacher: personId }) => {
        return { sectionId, role: 'teacher' as const, personId };
      }),
    ],
  };
  return seedSds(file, sds, { ...left, ...options });
}
