/** The demo's tenant as School Data Sync would have left it: who is whose account is the oracle's word, not the product's. */
import type { DirectoryFile } from '../simulators/microsoft/directory-file.ts';
import { type SdsOptions, type SdsPerson, seedSds } from '../simulators/microsoft/sds-seed.ts';
import { assignAccounts, type SeededAccount } from './oracle/accounts.ts';
import { isEnrolled, isTeaching } from './oracle/classes.ts';
import type { District, Section } from './oracle/district.ts';
import type { Rules } from './oracle/rules.ts';
import { scopeOf } from './oracle/scope.ts';

/** A few accounts that it never saw, a few classes that teachers renamed, a few of last year that have expired. */
const left = { unstamped: 0.03, renamed: 0.05, expired: 3 };

export function leftBySds(
  file: DirectoryFile,
  district: District,
  profiles: readonly Rules[],
  { today, ...options }: Pick<SdsOptions, 'seed' | 'form'> & { today: string },
): DirectoryFile {
  const accounts = file.users as SeededAccount[];
  const names = new Map(accounts.map(({ id, userPrincipalName }) => [id, userPrincipalName]));
  const { people: subjects, ruling } = scopeOf(district, profiles, today);
  const assigned = assignAccounts(subjects, accounts).accounts;
  const people = district.people.flatMap(({ key, role, dcid, number, grade, schools }): SdsPerson[] => {
    const userPrincipalName = names.get(assigned.get(key) ?? '');
    if (userPrincipalName === undefined) return [];
    const kind = role === 'students' ? 'student' : 'teacher';
    const optional = { ...(number === undefined ? {} : { number }), ...(grade === undefined ? {} : { grade }) };
    return [{ role: kind, id: dcid, userPrincipalName, schoolIds: schools, ...optional }];
  });
  const sections = new Map(district.sections.map((section) => [section.dcid, section]));
  const isNow = <T extends { section: string }>(
    one: T,
    test: (one: T, ...rest: [Section, Rules, string]) => boolean,
  ) => {
    const section = sections.get(one.section);
    const rules = section && ruling.get(section.school);
    return section !== undefined && rules !== undefined && test(one, section, rules, today);
  };
  const sds = {
    schools: district.schools.map(({ dcid: id, name, number }) => ({ id, name, number })),
    sections: district.sections.map(({ dcid: id, school: schoolId, courseName, courseNumber, number }) => {
      const name = `${courseName} - ${number}`.slice(0, 256);
      return { id, schoolId, name, courseName, courseNumber, sectionNumber: number };
    }),
    people,
    memberships: [
      ...district.enrollments
        .filter((one) => isNow(one, isEnrolled))
        .map(({ section: sectionId, student: personId }) => ({ sectionId, role: 'student' as const, personId })),
      ...district.teaching
        .filter((one) => isNow(one, isTeaching))
        .map(({ section: sectionId, teacher: personId }) => ({ sectionId, role: 'teacher' as const, personId })),
    ],
  };
  return seedSds(file, sds, { ...left, ...options });
}
