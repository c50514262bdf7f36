/**
 * Turns elements of `/ws/v1` into the rows that a PowerQuery would return, so that one normalization makes the same
 * record from both. Pure.
 */
import { type PropertyKind, propertiesOf } from '../../../shared/properties.ts';
import type { Row } from '../client.ts';
import { childrenOf, type JsonObject, textAt } from './v1-json.ts';

/** Column names are in lower case as in PowerQuery answers; an undefined value means no column. */
type Columns = Record<string, string | undefined>;

/** Where the optional properties of a kind are found, by column name. */
const placesOf = (kind: PropertyKind) =>
  propertiesOf(kind).map(({ name, rest }) => ({ key: name.toLowerCase(), paths: rest.map((path) => path.split('.')) }));

const places = {
  school: placesOf('school'),
  section: placesOf('section'),
  student: placesOf('student'),
  teacher: placesOf('teacher'),
};

function optionalColumns(kind: keyof typeof places, element: JsonObject): Columns {
  const columns: Columns = {};
  for (const { key, paths } of places[kind]) {
    for (const path of paths) columns[key] ??= textAt(element, ...path);
  }
  return columns;
}

/** Parts of an element that are always included. Every other part must be requested by name, as an expansion. */
const unaskedParts: ReadonlySet<string> = new Set(['name']);

/** The expansions of a list of people that these properties need. */
export function expansionsFor(kind: 'student' | 'teacher', wanted: readonly string[] = []): string[] {
  const paths = propertiesOf(kind).flatMap(({ name, rest }) => (wanted.includes(name) ? rest : []));
  const parts = paths.filter((path) => path.includes('.')).map((path) => path.slice(0, path.indexOf('.')));
  return parts.filter((part) => !unaskedParts.has(part));
}

export function schoolRow(school: JsonObject): Row {
  const principal = (part: string) => textAt(school, 'principal', 'name', part);
  return row({
    id: textAt(school, 'id'),
    name: textAt(school, 'name'),
    schoolnumber: textAt(school, 'school_number'),
    ...optionalColumns('school', school),
    // PowerSchool keeps one text and shows it in parts.
    principalname: ['first_name', 'middle_name', 'last_name'].flatMap((part) => principal(part) ?? []).join(' '),
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

/** True for the term that represents a whole school year: TERMS.ID is YearID × 100 + n, and here n is 0. */
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
    ...optionalColumns('section', section),
  });
}

/** Students with this `enroll_status_code` are active. */
const activeCode = '0';

/** The student's enrollment status in the district; undefined if the row does not say. */
export function statusOf(student: JsonObject): string | undefined {
  return textAt(student, 'school_enrollment', 'enroll_status_code');
}

const preRegisteredCode = '-1';

/** True for a student who is read: an active one, or a pre-registered one when those are wanted. */
export function isRead(student: JsonObject, preRegistered: boolean): boolean {
  return isActive(student) || (preRegistered && statusOf(student) === preRegisteredCode);
}

/** True for a student whose enrollment in the district is active, or not known to be inactive. */
export function isActive(student: JsonObject): boolean {
  return (statusOf(student) ?? activeCode) === activeCode;
}

export function studentRow(student: JsonObject): Row {
  return row({
    id: textAt(student, 'id'),
    ...optionalColumns('student', student),
    preregistered: statusOf(student) === preRegisteredCode ? '1' : '0',
  });
}

/** A person at a school, from SCHOOLSTAFF's `type` and `status`. */
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
    ...optionalColumns('teacher', staff),
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
 * The lead teacher of a section. SECTIONTEACHER's own id is not in this API: section and person together make an id
 * that lasts as long as the person leads the section and that no SECTIONTEACHER.ID can equal.
 */
export function rosterRow(sectionId: string, teacherId: string): Row {
  return { id: `${sectionId}-${teacherId}`, sectionid: sectionId, teacherid: teacherId, islead: '1' };
}

function row(columns: Columns): Row {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}
