/**
 * The people of a role, a school or a grade level, whom Microsoft 365 has together as a security group or an
 * administrative unit, and the names by which Hallpass knows each of them.
 */
import { asGroupingId, asSchoolId, type GroupingId, type SchoolId } from './keys.ts';
import type { Role } from './role.ts';

/** What the people of a grouping have in common. @property grade as PowerSchool has it */
export interface GroupingParts {
  role: Role;
  schoolId?: SchoolId;
  grade?: string;
}

/** By which properties a district wants its people together. Grade levels are those of students. */
export const waysToGroup = ['role', 'school', 'grade', 'schoolGrade'] as const;
export type WayToGroup = (typeof waysToGroup)[number];

export function groupingId({ role, schoolId, grade }: GroupingParts): GroupingId {
  const ofSchool = schoolId === undefined ? '' : `-school-${encoded(schoolId)}`;
  const ofGrade = grade === undefined ? '' : `-grade-${encoded(grade)}`;
  return asGroupingId(`${role}${ofSchool}${ofGrade}`);
}

/** The inverse of {@link groupingId}. */
export function groupingParts(id: GroupingId): GroupingParts {
  const [, role, school, grade] = format.exec(id) ?? [];
  return {
    role: role === 'teachers' ? role : 'students',
    ...(school === undefined ? {} : { schoolId: asSchoolId(decoded(school)) }),
    ...(grade === undefined ? {} : { grade: decoded(grade) }),
  };
}

export function wayOf({ schoolId, grade }: GroupingParts): WayToGroup {
  if (schoolId === undefined) return grade === undefined ? 'role' : 'grade';
  return grade === undefined ? 'school' : 'schoolGrade';
}

/** `all students`, `the students of Hill Valley High (school 12) in grade level 9`. @param nameOf a school's name, if known */
export function groupingWords(id: GroupingId, nameOf: (school: SchoolId) => string | undefined): string {
  const { role, schoolId, grade } = groupingParts(id);
  if (schoolId === undefined && grade === undefined) return `all ${role}`;
  const name = schoolId && nameOf(schoolId);
  const school = name === undefined ? `school ${schoolId}` : `${name} (school ${schoolId})`;
  const ofGrade = grade === undefined ? '' : ` in grade level ${grade}`;
  return `the ${role}${schoolId === undefined ? '' : ` of ${school}`}${ofGrade}`;
}

const format = /^(students|teachers)(?:-school-(\w+))?(?:-grade-(\w+))?$/;

/** Other characters, and the underscore, become their UTF-8 bytes: `-1` is `_2d1`. */
function encoded(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]/gu, (one) =>
    [...Buffer.from(one)].map((byte) => `_${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('_', '%'));
}
