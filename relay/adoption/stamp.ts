/**
 * The marks that show whose object something in Microsoft 365 is: the education properties that Hallpass and School
 * Data Sync write, and the attributes that School Data Sync also keeps on groups and users (names as in Microsoft's own
 * scripts, OfficeDev/O365-EDU-Tools).
 */

import type { Role } from '../model/role.ts';
import type { Claim, Stamp } from '../model/stamp.ts';

/** Prefix of School Data Sync's attributes: its application's id, without hyphens. */
export const sdsPrefix = 'extension_fe2174665583431c953114ff7268b7b3_Education_';

/** Attributes that adoption reads, without the prefix. */
export const groupAttributes = [
  'AnchorId',
  'SyncSource_SectionId',
  'SyncSource_SchoolId',
  'CourseNumber',
  'Status',
] as const;
export const userAttributes = [
  'ObjectType',
  'AnchorId',
  'SyncSource_StudentId',
  'SyncSource_TeacherId',
  'StudentNumber',
  'TeacherNumber',
] as const;

/** An object's texts as read; an unset one is undefined. */
type Texts<Name extends string> = { [name in Name]?: string | undefined };

/** Attributes of a group or user by their names without the prefix. */
export type SdsAttributes = Readonly<Record<string, string | undefined>>;

/**
 * A school as the education API shows it: its administrative unit, which has School Data Sync's own attributes, is not
 * read.
 */
export function schoolStamp(
  school: Texts<'externalId' | 'externalSource' | 'schoolNumber' | 'displayName'>,
): Stamp | undefined {
  const { externalId, externalSource, schoolNumber, displayName } = school;
  if (externalId === undefined || externalSource !== 'sis') return undefined;
  // If the two differ, the id is not the number, whoever wrote it; an id that repeats the number, alone or after a
  // prefix, may be either.
  const isOpen = schoolNumber === undefined || /^(.*\D)?$/s.test(beforeSuffix(externalId, schoolNumber) ?? '0');
  return {
    claims: [{ kind: 'school', id: externalId, in: isOpen ? 'sis' : 'dcid' }],
    bySds: false,
    hints: withoutGaps({ number: schoolNumber, name: displayName }),
  };
}

/**
 * A class from both APIs; undefined if it has no stamp, or if School Data Sync has expired it: at the end of a year,
 * Microsoft's script writes `ExpMMyy_` before names, section id and anchor.
 */
export function classStamp(
  group: Texts<'mailNickname' | 'externalId' | 'externalSource' | 'courseNumber'>,
  sds: SdsAttributes,
): Stamp | undefined {
  const { mailNickname, externalId, externalSource } = group;
  const { AnchorId: anchor, SyncSource_SectionId: source } = sds;
  if (sds.Status?.toLowerCase() === 'expired') return undefined;
  if ([anchor, source, mailNickname, externalId].some((text) => /^Exp\d{4}_/i.test(text ?? ''))) return undefined;
  const sis = distinct([afterPrefix(anchor, 'Section_'), source]);
  const own = externalSource === 'sis' ? externalId : undefined;
  const claims = claimsOf('class', sis, own);
  // Only for a class that School Data Sync named and nothing else marks: Hallpass never creates a class without an
  // external id.
  const named = claims.length === 0 ? afterPrefix(mailNickname, 'Section_') : undefined;
  if (named !== undefined) claims.push({ kind: 'class', id: named, in: 'sis' });
  if (claims.length === 0) return undefined;
  return {
    claims,
    bySds: sis.length > 0 || named !== undefined,
    hints: withoutGaps({ schoolId: sds.SyncSource_SchoolId, courseNumber: sds.CourseNumber ?? group.courseNumber }),
  };
}

/** An account; v1 of School Data Sync anchors it as `Student_` or `Teacher_`, v2.1 as `User_`. */
export function userStamp(
  user: Texts<'userPrincipalName' | 'surname' | 'externalSource' | 'primaryRole'> & {
    student?: Texts<'externalId' | 'studentNumber'> | undefined;
    teacher?: Texts<'externalId' | 'teacherNumber'> | undefined;
  },
  sds: SdsAttributes,
): Stamp | undefined {
  const { student } = user;
  const isSis = user.externalSource === 'sis';
  const anchor = sds.AnchorId;
  const isTeacher = sds.ObjectType?.toLowerCase() === 'teacher' || (sds.ObjectType === undefined && isSis && !student);
  const ofUser = afterPrefix(anchor, 'User_');
  const students = distinct([
    afterPrefix(anchor, 'Student_'),
    sds.SyncSource_StudentId,
    isTeacher ? undefined : ofUser,
  ]);
  const teachers = distinct([
    afterPrefix(anchor, 'Teacher_'),
    sds.SyncSource_TeacherId,
    isTeacher ? ofUser : undefined,
  ]);
  const own = isSis ? ownStamp(user) : {};
  const claims = [...claimsOf('students', students, own.students), ...claimsOf('teachers', teachers, own.teachers)];
  if (claims.length === 0) return undefined;
  return {
    claims,
    bySds: students.length + teachers.length > 0,
    hints: withoutGaps({
      number: sds.StudentNumber ?? sds.TeacherNumber ?? numberOf(user, own),
      userName: user.userPrincipalName?.split('@')[0],
      surname: user.surname,
    }),
  };
}

function numberOf(
  { student, teacher }: Pick<Parameters<typeof userStamp>[0], 'student' | 'teacher'>,
  own: ReturnType<typeof ownStamp>,
): string | undefined {
  const isStaff = own.students === undefined && own.teachers !== undefined;
  return isStaff ? teacher?.teacherNumber : (student?.studentNumber ?? teacher?.teacherNumber);
}

/** The marks of an account in the education API. */
export interface RoleMarks {
  primaryRole?: string | null | undefined;
  student?: { externalId?: string | null | undefined } | null | undefined;
  teacher?: { externalId?: string | null | undefined } | null | undefined;
}

/**
 * The account's external ids, by role. A former student who is now staff may have both: then the primary role decides
 * which one counts.
 */
export function ownStamp({ primaryRole, student, teacher }: RoleMarks): { [role in Role]?: string } {
  const students = student?.externalId ?? undefined;
  const teachers = teacher?.externalId ?? undefined;
  if (students === undefined || teachers === undefined) return withoutGaps({ students, teachers });
  if (primaryRole === 'student') return { students };
  return primaryRole === 'teacher' ? { teachers } : { students, teachers };
}

/** An external id that repeats School Data Sync's value is School Data Sync's own; a different one is ours. */
function claimsOf(kind: Claim['kind'], sis: readonly string[], externalId: string | undefined): Claim[] {
  const claims = sis.map((id): Claim => ({ kind, id, in: 'sis' }));
  if (externalId !== undefined && !sis.includes(externalId)) claims.push({ kind, id: externalId, in: 'dcid' });
  return claims;
}

function afterPrefix(text: string | undefined, prefix: string): string | undefined {
  return text?.startsWith(prefix) === true ? text.slice(prefix.length) || undefined : undefined;
}

function beforeSuffix(text: string, suffix: string): string | undefined {
  return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : undefined;
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

function withoutGaps<Name extends string>(texts: { [name in Name]?: string | undefined }): { [name in Name]?: string } {
  const known = Object.entries(texts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { [name in Name]?: string };
}
