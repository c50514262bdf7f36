/** Which security groups there must be, and who is in them: docs/profile.md, read plainly. */
import type { Person, Role, School } from './district.ts';
import type { Rules } from './rules.ts';

export interface ExpectedSecurityGroup {
  role: Role;
  /** DCID; undefined for groups of the whole district. */
  school: string | undefined;
  /** As PowerSchool has it; undefined for all grade levels. */
  grade: string | undefined;
  name: string;
  /** Person keys. */
  members: Set<string>;
}

interface Given {
  schools: readonly School[];
  /** Who has an account, with the schools that their profile covers. */
  users: readonly { person: Person; rules: Rules }[];
  /** Person keys of everybody in the tables. */
  here: ReadonlySet<string>;
  /** People of two profiles, who stay where they are. */
  contested: ReadonlySet<string>;
  ruling: ReadonlyMap<string, Rules>;
  /** The first school of people who were there before, by person key. */
  lastSchools: ReadonlyMap<string, string | undefined>;
  earlier: readonly ExpectedSecurityGroup[];
}

export function securityGroupsOf(given: Given): ExpectedSecurityGroup[] {
  const groups = new Map<string, ExpectedSecurityGroup>();
  const names = new Map(given.schools.map(({ dcid, name }) => [dcid, name]));
  for (const { person, rules } of given.users) {
    const { key, role } = person;
    const grade = role === 'students' ? person.grade : undefined;
    const { by } = rules.groups;
    const places = [
      ...(by.has('role') ? [{ school: undefined, grade: undefined }] : []),
      ...(by.has('grade') && grade !== undefined ? [{ school: undefined, grade }] : []),
      ...person.schools.flatMap((school) => [
        ...(by.has('school') ? [{ school, grade: undefined }] : []),
        ...(by.has('schoolGrade') && grade !== undefined ? [{ school, grade }] : []),
      ]),
    ];
    for (const place of places) {
      const id = JSON.stringify([role, place.school, place.grade]);
      const name = nameOf(role, place, names, rules);
      const group = groups.get(id) ?? { role, ...place, name, members: new Set<string>() };
      groups.set(id, group);
      group.members.add(key);
    }
  }
  for (const was of given.earlier) {
    const id = JSON.stringify([was.role, was.school, was.grade]);
    const rules = was.school === undefined ? undefined : given.ruling.get(was.school);
    const name = rules !== undefined && isWanted(was, rules) ? nameOf(was.role, was, names, rules) : was.name;
    const group = groups.get(id) ?? { ...was, name, members: new Set<string>() };
    groups.set(id, group);
    for (const key of was.members) if (stays(key, was, given)) group.members.add(key);
  }
  return [...groups.values()];
}

function isWanted(
  { school, grade }: Pick<ExpectedSecurityGroup, 'school' | 'grade'>,
  { groups: { by } }: Rules,
): boolean {
  if (school === undefined) return by.has(grade === undefined ? 'role' : 'grade');
  return by.has(grade === undefined ? 'school' : 'schoolGrade');
}

/** Whether somebody who was in it stays without belonging to it. */
function stays(
  key: string,
  was: ExpectedSecurityGroup,
  { users, here, contested, ruling, lastSchools }: Given,
): boolean {
  if (contested.has(key)) return true;
  const user = users.find(({ person }) => person.key === key);
  // At a school that no profile covers.
  if (user === undefined && here.has(key) && was.school === undefined) return true;
  const rules =
    was.school === undefined ? (user?.rules ?? ruling.get(lastSchools.get(key) ?? '')) : ruling.get(was.school);
  if (rules === undefined || !isWanted(was, rules) || rules.groups.keepsLeavers) return true;
  return !here.has(key) && rules.gone.afterDays > 0;
}

function nameOf(
  role: Role,
  { school, grade }: Pick<ExpectedSecurityGroup, 'school' | 'grade'>,
  schools: ReadonlyMap<string, string>,
  rules: Rules,
): string {
  const who = role === 'students' ? 'Students' : 'Teachers';
  const where = schools.get(school ?? '') ?? '';
  const code = grade === undefined ? '' : rules.gradeCode(grade);
  if (school === undefined) return grade === undefined ? `All ${who}` : `${who} - Grade ${code}`;
  if (grade !== undefined) return `${who} - ${where} - Grade ${code}`;
  return rules.groups.schoolName.replace('{role}', who).replace('{schoolName}', where);
}
