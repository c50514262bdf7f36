/**
 * From elements of `/ws/v1` to the rows that a PowerQuery would have brought, so that one normalization makes the same
 * record of both. Pure.
 */
import type { Row } from '../client.ts';
import { childrenOf, type JsonObject, textAt } from './v1-json.ts';

/** The column name of each property, in lower case as in PowerQuery answers; undefined values are no column. */
type Columns = Record<string, string | undefined>;

export function schoolRow(school: JsonObject): Row {
  const at = (...path: string[]) => textAt(school, 'addresses', 'physical', ...path);
  const principal = (part: string) => textAt(school, 'principal', 'name', part);
  return row({
    id: textAt(school, 'id'),
    name: textAt(school, 'name'),
    schoolnumber: textAt(school, 'school_number'),
    lowgrade: textAt(school, 'low_grade'),
    highgrade: textAt(school, 'high_grade'),
    // PowerSchool keeps one text and shows it in parts.
    principalname: ['first_name', 'middle_name', 'last_name'].flatMap((part) => principal(part) ?? []).join(' '),
    principalemail: textAt(school, 'principal', 'email'),
    phone: textAt(school, 'phones', 'main', 'number'),
    street: at('street'),
    city: at('city'),
    state: at('state_province'),
    postalcode: at('postal_code'),
  });
}

/** TERMS.YearID counts from 1990. */
export const firstYear = 1990;

export function termRow(term: JsonObject): Row {
  const startYear = textAt(term, 'start_year');
  return row({
    id: textAt(term, 'id'),
    name: textAt(term, 'name'),
    yearid: startYear === undefined ? undefined : String(Number(startYear) - firstYear),
    startdate: textAt(term, 'start_date'),
    enddate: textAt(term, 'end_date'),
  });
}

/** True for the term that stands for a whole school year: TERMS.ID is YearID × 100 + n, and n is 0 for it. */
export function isYearTerm(term: JsonObject): boolean {
  return /00$/.test(textAt(term, 'local_id') ?? '');
}

/** @param course the section's course; undefined when PowerSchool does not know it */
export function sectionRow(section: JsonObject, course: JsonObject | undefined): Row {
  const number = textAt(course, 'course_number');
  return row({
    id: textAt(section, 'id'),
    termid: textAt(section, 'term_id'),
    sectionnumber: textAt(section, 'section_number'),
    courseid: textAt(section, 'course_id'),
    coursenumber: number,
    coursename: textAt(course, 'course_name') ?? number,
    period: textAt(section, 'external_expression'),
  });
}

/** Students with this `enroll_status_code` are active. */
const activeCode = '0';

/** The status of a student's enrollment in the district; undefined where the row does not say. */
export function statusOf(student: JsonObject): string | undefined {
  return textAt(student, 'school_enrollment', 'enroll_status_code');
}

const preRegisteredCode = '-1';

/** True for a student who is read: an active one, or one who will be, where those are wanted. */
export function isRead(student: JsonObject, preRegistered: boolean): boolean {
  return isActive(student) || (preRegistered && statusOf(student) === preRegisteredCode);
}

/** True for a student whose enrollment in the district is active, or about whom nothing says that it is not. */
export function isActive(student: JsonObject): boolean {
  return (statusOf(student) ?? activeCode) === activeCode;
}

export function studentRow(student: JsonObject): Row {
  return row({
    id: textAt(student, 'id'),
    username: textAt(student, 'student_username'),
    studentnumber: textAt(student, 'local_id'),
    secondaryemail: textAt(student, 'contact_info', 'email'),
    givenname: textAt(student, 'name', 'first_name'),
    middlename: textAt(student, 'name', 'middle_name'),
    surname: textAt(student, 'name', 'last_name'),
    grade: textAt(student, 'school_enrollment', 'grade_level'),
    graduationyear: textAt(student, 'demographics', 'projected_graduation_year'),
    preregistered: statusOf(student) === preRegisteredCode ? '1' : '0',
  });
}

/** A person at a school, as SCHOOLSTAFF's `type` and `status` tell it. */
export interface Affiliation {
  schoolId: string | undefined;
  teaches: boolean;
  current: boolean;
}

export function affiliationsOf(staff: JsonObject): Affiliation[] {
  return childrenOf(staff.school_affiliations, 'school_affiliation').map((affiliation) => ({
    schoolId: textAt(affiliation, 'school_id'),
    teaches: textAt(affiliation, 'type') === '1',
    current: textAt(affiliation, 'status') === '1',
  }));
}

export function teacherRow(staff: JsonObject): Row {
  return row({
    id: textAt(staff, 'users_dcid'),
    username: textAt(staff, 'teacher_username') ?? textAt(staff, 'admin_username'),
    teachernumber: textAt(staff, 'local_id'),
    secondaryemail: textAt(staff, 'emails', 'work_email'),
    givenname: textAt(staff, 'name', 'first_name'),
    middlename: textAt(staff, 'name', 'middle_name'),
    surname: textAt(staff, 'name', 'last_name'),
  });
}

export function enrollmentRow(enrollment: JsonObject, sectionId: string): Row {
  return row({
    id: textAt(enrollment, 'id'),
    sectionid: sectionId,
    studentid: textAt(enrollment, 'student_id'),
    startdate: textAt(enrollment, 'entry_date'),
    enddate: textAt(enrollment, 'exit_date'),
  });
}

/**
 * The lead teacher of a section. SECTIONTEACHER's own id is not in this API: section and person make one that lasts as
 * long as the person leads the section, and that no SECTIONTEACHER.ID can equal.
 */
export function rosterRow(sectionId: string, teacherId: string): Row {
  return { id: `${sectionId}-${teacherId}`, sectionid: sectionId, teacherid: teacherId, islead: '1' };
}

function row(columns: Columns): Row {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}
