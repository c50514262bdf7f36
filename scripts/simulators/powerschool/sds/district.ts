/** A district from a School Data Sync v1 CSV set, instead of a generated one. */
import { type Batch, emptyBatch, type SectionRow } from '../database/rows.ts';
import { enroll } from '../generator/enrollments.ts';
import type { PlannedSection } from '../generator/sections.ts';
import { createWorld, graduatedSchoolNumber, leadRole, roles, type World } from '../generator/world.ts';
import { readSdsFiles, type SdsRecord, type SdsSet } from './files.ts';
import { numberOf, type SdsKeySet, SdsKeys } from './keys.ts';
import { addSdsStudents, addSdsTeachers, addStaffMember } from './people.ts';
import { SdsTerms } from './terms.ts';

/** The key that each SIS ID became. */
export interface SdsMapping {
  kind: keyof SdsKeySet;
  sisId: string;
  dcid: number;
}

export interface SdsDistrict {
  rows: Batch;
  mapping: SdsMapping[];
}

/** @throws SdsError naming file, line and column of the first mistake. */
export async function readSdsDistrict(dir: string, today: string): Promise<SdsDistrict> {
  return sdsDistrict(await readSdsFiles(dir), today);
}

/** Rows of the whole set. */
export function sdsDistrict(set: SdsSet, today: string): SdsDistrict {
  const rows = emptyBatch();
  const world = createWorld({ seed: 0, today });
  const sisIds = (records: readonly SdsRecord[]) => records.map((record) => record.required('SIS ID'));
  const keys = {
    school: new SdsKeys('SIS ID', sisIds(set.School)),
    section: new SdsKeys('SIS ID', sisIds(set.Section)),
    student: new SdsKeys('SIS ID', sisIds(set.Student)),
    teacher: new SdsKeys('SIS ID', sisIds(set.Teacher)),
  };
  const terms = new SdsTerms(today);
  rows.roledef.push(...roles);
  const schoolNumbers = addSchools(rows, set, keys.school);
  addSdsStudents(rows, world, set.Student, keys, schoolNumbers);
  addSdsTeachers(rows, world, set.Teacher, keys, schoolNumbers);
  const sections = addSections(rows, set, keys, schoolNumbers, terms);
  addRosters(rows, world, set, keys, sections);
  addEnrollments(rows, world, set, keys, sections);
  for (const schoolNumber of schoolNumbers.values()) terms.ensureYear(schoolNumber);
  rows.terms.push(...terms.rows());
  const mapping = Object.entries(keys).flatMap(([kind, table]) =>
    [...table.entries()].map(([sisId, dcid]) => ({ kind: kind as keyof SdsKeySet, sisId, dcid })),
  );
  return { rows, mapping };
}

/** Returns School_Number by DCID. */
function addSchools(rows: Batch, set: SdsSet, keys: SdsKeys): Map<number, number> {
  const numbers = new Map<number, number>();
  const taken = new Set([graduatedSchoolNumber]);
  for (const record of set.School) {
    const dcid = keys.of(record);
    if (numbers.has(dcid)) throw record.error('SIS ID', `appears twice: ${record.required('SIS ID')}`);
    const wanted = numberOf(record.optional('School Number') ?? '') ?? numberOf(record.required('SIS ID')) ?? dcid;
    let number = wanted;
    while (taken.has(number)) number += 1;
    taken.add(number);
    numbers.set(dcid, number);
    rows.schools.push({
      dcid,
      id: dcid,
      name: record.required('Name'),
      abbreviation: null,
      school_number: number,
      low_grade: record.grade('Grade Low'),
      high_grade: record.grade('Grade High'),
      principal: record.optional('Principal Name') ?? null,
      principalemail: record.optional('Principal Secondary Email') ?? null,
      schoolphone: record.optional('Phone') ?? null,
      schooladdress: record.optional('Address') ?? null,
      schoolcity: record.optional('City') ?? null,
      schoolstate: record.optional('State') ?? null,
      schoolzip: record.optional('Zip') ?? null,
      transaction_date: null,
    });
  }
  return numbers;
}

function addSections(
  rows: Batch,
  set: SdsSet,
  keys: SdsKeySet,
  schoolNumbers: ReadonlyMap<number, number>,
  terms: SdsTerms,
): Map<number, PlannedSection> {
  const sections = new Map<number, PlannedSection>();
  const courses = new Set<string>();
  for (const record of set.Section) {
    const dcid = keys.section.of(record);
    if (sections.has(dcid)) throw record.error('SIS ID', `appears twice: ${record.required('SIS ID')}`);
    const schoolNumber = schoolNumbers.get(keys.school.of(record, 'School SIS ID')) ?? 0;
    const sisId = record.required('SIS ID');
    const course = record.optional('Course Number') ?? record.optional('Course SIS ID') ?? sisId;
    const term = terms.termOf(record, schoolNumber);
    const period = record.optional('Periods') ?? null;
    const row: SectionRow = {
      dcid,
      id: dcid,
      course_number: course,
      section_number: record.optional('Section Number') ?? sisId,
      termid: term.id,
      schoolid: schoolNumber,
      teacher: null,
      expression: period,
      external_expression: period,
      room: null,
      no_of_students: 0,
      grade_level: null,
      transaction_date: null,
    };
    rows.sections.push(row);
    sections.set(dcid, { row, term });
    const courseKey = `${schoolNumber}|${course.toLowerCase()}`;
    if (courses.has(courseKey)) continue;
    courses.add(courseKey);
    const courseName = record.optional('Course Name') ?? record.required('Section Name');
    const id = courses.size;
    rows.courses.push({
      dcid: id,
      id,
      course_number: course,
      course_name: courseName,
      schoolid: schoolNumber,
      transaction_date: null,
    });
  }
  return sections;
}

/** The first teacher of a section is its lead, because the CSV format does not say who is. */
function addRosters(
  rows: Batch,
  world: World,
  set: SdsSet,
  keys: SdsKeySet,
  sections: ReadonlyMap<number, PlannedSection>,
): void {
  const staff = new Map(rows.schoolstaff.map((row) => [`${row.users_dcid}|${row.schoolid}`, row]));
  for (const record of set.TeacherRoster) {
    const section = sections.get(keys.section.of(record, 'Section SIS ID'));
    if (section === undefined) continue;
    const { row, term } = section;
    const userDcid = keys.teacher.of(record);
    const key = `${userDcid}|${row.schoolid}`;
    const member = staff.get(key) ?? addStaffMember(rows, world, { userDcid, schoolNumber: row.schoolid, status: 1 });
    staff.set(key, member);
    const lead = row.teacher === null;
    if (lead) row.teacher = member.id;
    rows.sectionteacher.push({
      id: world.next('sectionteacher'),
      teacherid: member.id,
      sectionid: row.id,
      roleid: lead ? leadRole : leadRole + 1,
      priorityorder: lead ? 1 : 2,
      allocation: 100,
      start_date: term.firstDay,
      end_date: null,
      whenmodified: null,
      transaction_date: null,
    });
  }
}

/**
 * The CSV format has no dates for enrollments and rosters: a row applies now, and has no end. Otherwise a set whose
 * term is in the past (Microsoft's own sample is from 2017) would be classes without people.
 */
function addEnrollments(
  rows: Batch,
  world: World,
  set: SdsSet,
  keys: SdsKeySet,
  sections: ReadonlyMap<number, PlannedSection>,
): void {
  const ids = new Map(rows.students.map((row) => [row.dcid, row.id]));
  for (const record of set.StudentEnrollment) {
    const section = sections.get(keys.section.of(record, 'Section SIS ID'));
    const id = ids.get(keys.student.of(record));
    if (section === undefined || id === undefined) continue;
    enroll(rows, world, { id, entryDate: section.term.firstDay }, section).dateleft = null;
  }
}
