/** Where a person fixes a row in PowerSchool: the column that a property comes from, and the page on which it is edited. */
import type { LeftOutRow, RowFault } from '../shared/left-out.ts';
import { propertiesOf } from '../shared/properties.ts';
import type { Kind } from '../shared/roster.ts';
import { extractOf } from './extracts.ts';

const pages: Record<Kind, string> = {
  school: 'District Setup > Schools/School Info',
  term: 'School Setup > Years & Terms',
  section: 'School Management > Sections',
  student: 'the student > General Demographics',
  teacher: 'Staff > the person > Edit Information',
  studentEnrollment: 'the student > All Enrollments',
  teacherRoster: 'School Management > Sections > the section > Teacher - Section',
};

/**
 * Required properties that are edited on another page than the rest of their kind; optional properties name their page
 * themselves.
 */
const otherPages: Partial<Record<string, string>> = {
  'section.courseName': 'School Management > Courses',
  'section.courseId': 'School Management > Courses',
  'student.enrollStatus': 'the student > Transfer Info',
};

/** The PowerSchool page on which a property is edited. */
export function pageOf(kind: Kind, field: string): string {
  const page = propertiesOf(kind).find(({ name }) => name === field)?.page;
  return page ?? otherPages[`${kind}.${field}`] ?? pages[kind];
}

/** The property with the column that it comes from: `sectionNumber (SECTIONS.Section_Number)`. */
export function columnOf(kind: Kind, field: string): string {
  if (field === '') return 'the row';
  const column = extractOf(kind).columns.find(({ name }) => name === field);
  return column === undefined ? field : `${field} (${column.field})`;
}

/** PowerSchool's table of each kind: a DCID identifies a row in it. */
export function tableOf(kind: Kind): string {
  return extractOf(kind).key.field.replace(/\..*$/, '');
}

const complaints: Record<RowFault, string> = {
  missing: 'is empty',
  'too long': 'is too long',
  'not a date': 'is not a date',
  'control character': 'holds an invisible control character',
  'before its start': 'is before the first day',
  'two rows differ': 'differs between the two rows that PowerSchool has for it',
  'not usable': 'has a value that cannot be used',
};

/** What is wrong with a row: `sectionNumber (SECTIONS.Section_Number) is empty`. */
export function complaintOf({ kind, field, fault }: Pick<LeftOutRow, 'kind' | 'field' | 'fault'>): string {
  return `${columnOf(kind, field)} ${complaints[fault]}`;
}
