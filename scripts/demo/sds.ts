/**
 * The demo's tenant as School Data Sync would have left it: the oracle, not the product, says whose account is whose.
 */
import type { DirectoryFile } from '../simulators/microsoft/directory-file.ts';
import { type SdsOptions, type SdsPerson, type SisIds, seedSds } from '../simulators/microsoft/sds-seed.ts';
import { assignAccounts, type SeededAccount } from './oracle/accounts.ts';
import { isEnrolled, isTeaching } from './oracle/classes.ts';
import type { District, Section } from './oracle/district.ts';
import type { Rules } from './oracle/rules.ts';
import { scopeOf } from './oracle/scope.ts';

/** A few accounts that it never saw, a few classes that teachers renamed, a few from last year that have expired. */
const left = { unstamped: 0.03, renamed: 0.05, expired: 3 };

export function leftBySds(
  file: DirectoryFile,
  district: District,
  profiles: readonly Rules[],
  { today, ids, ...options }: Pick<SdsOptions, 'seed' | 'form'> & { today: string; ids: SisIds },
): DirectoryFile {
  const accounts = file.users as SeededAccount[];
  const names = new Map(accounts.map(({ id, userPrincipalName }) => [id, userPrincipalName]));
  const { people: subjects, ruling } = scopeOf(district, profiles, today);
  const assigned = assignAccounts(subjects, accounts).accounts;
  const schoolIds = new Map(district.schools.map(({ dcid, number }) => [dcid, ids.school({ dcid, number })]));
  const sectionIds = new Map(district.sections.map(({ dcid, localId }) => [dcid, ids.section({ dcid, localId })]));
  const personIds = new Map(
    district.people.map(({ key, role, dcid, number }) => {
      return [key, ids.person({ role: role === 'students' ? 'student' : 'teacher', dcid, number })];
    }),
  );
  // It wrote reference codes, whatever PowerSchool called the grade; the plain profile writes the same ones.
  const codeOf = (level: string) => profiles[0]?.gradeCode(level) ?? level;
  const called = (names: ReadonlyMap<string, string>, key: string) => names.get(key) ?? '';
  const people = district.people.flatMap(({ key, role, number, grade, schools }): SdsPerson[] => {
    const userPrincipalName = names.get(assigned.get(key) ?? '');
    if (userPrincipalName === undefined) return [];
    const kind = role === 'students' ? 'student' : 'teacher';
    const optional = {
      ...(number === undefined ? {} : { number }),
      ...(grade === undefined ? {} : { grade: codeOf(grade) }),
    };
    const inSchools = schools.map((school) => called(schoolIds, school));
    return [{ role: kind, id: called(personIds, key), userPrincipalName, schoolIds: inSchools, ...optional }];
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
    schools: district.schools.map(({ dcid, name, number }) => ({ id: called(schoolIds, dcid), name, number })),
    sections: district.sections.map(({ dcid, school, courseName, courseNumber, number }) => {
      const [id, schoolId] = [called(sectionIds, dcid), called(schoolIds, school)];
      const name = `${courseName} - ${number}`.slice(0, 256);
      return { id, schoolId, name, courseName, courseNumber, sectionNumber: number };
    }),
    people,
    memberships: [
      ...district.enrollments
        .filter((one) => isNow(one, isEnrolled))
        .map(({ section, student }) => ({
          sectionId: called(sectionIds, section),
          role: 'student' as const,
          personId: called(personIds, `students:${student}`),
        })),
      ...district.teaching
        .filter((one) => isNow(one, isTeaching))
        .map(({ section, teacher }) => ({
          sectionId: called(sectionIds, section),
          role: 'teacher' as const,
          personId: called(personIds, `teachers:${teacher}`),
        })),
    ],
  };
  return seedSds(file, sds, { ...left, ...options });
}
