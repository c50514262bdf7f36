/** Sections and their teachers. */
import type { Batch, SectionRow } from '../database/rows.ts';
import { addDays, clampDate, type TermSpan } from './calendar.ts';
import type { Staff } from './staff.ts';
import { leadRole, type World } from './world.ts';

export interface PlannedSection {
  row: SectionRow;
  term: TermSpan;
}

const coTeacherRole = 2;
const aideRole = 3;
const substituteRole = 4;

/**
 * Adds a section of a school with its teachers; the `serial` counts the school's sections and selects the rare cases.
 */
export function addSection(
  batch: Batch,
  world: World,
  section: {
    schoolNumber: number;
    course: string;
    number: number;
    period: number;
    grade: number;
    term: TermSpan;
    staff: Staff;
    serial: number;
  },
): PlannedSection {
  const { serial, staff, term } = section;
  const lead = serial % 200 === 13 ? null : (staff.teachers[serial % staff.teachers.length] ?? null);
  const row: SectionRow = {
    ...world.keys('sections'),
    // PowerSchool ignores case when it compares course numbers.
    course_number: serial % 50 === 21 ? section.course.toLowerCase() : section.course,
    section_number: String(section.number),
    termid: term.id,
    schoolid: section.schoolNumber,
    teacher: lead,
    expression: `${section.period}(A)`,
    external_expression: `P${section.period}(M-F)`,
    room: String(100 + (serial % 40)),
    no_of_students: 0,
    grade_level: section.grade,
    transaction_date: world.transactionDate(),
  };
  batch.sections.push(row);
  const planned = { row, term };
  if (lead === null) return planned;
  const gone = staff.gone[0];
  if (serial % 41 === 8 && gone !== undefined) {
    const handover = clampDate(addDays(term.firstDay, 30), term);
    addSectionTeacher(batch, world, planned, { staffId: gone, role: leadRole, end: handover });
    addSectionTeacher(batch, world, planned, { staffId: lead, role: leadRole, start: addDays(handover, 1) });
  } else {
    addSectionTeacher(batch, world, planned, { staffId: lead, role: leadRole });
  }
  addCoTeachers(batch, world, planned, staff, serial);
  return planned;
}

/** Every twelfth section has a co-teacher: all term, already over, or not yet begun. */
function addCoTeachers(batch: Batch, world: World, section: PlannedSection, staff: Staff, serial: number): void {
  const { term } = section;
  const colleague = staff.teachers[(serial + 1) % staff.teachers.length];
  const aide = staff.aides[serial % Math.max(1, staff.aides.length)];
  if (serial % 12 !== 5) return;
  if (serial % 36 === 5 && colleague !== undefined) {
    addSectionTeacher(batch, world, section, { staffId: colleague, role: coTeacherRole, priority: 2 });
  }
  if (serial % 36 === 17 && colleague !== undefined) {
    const end = clampDate(addDays(world.today, -20), term);
    addSectionTeacher(batch, world, section, { staffId: colleague, role: substituteRole, priority: 2, end });
  }
  if (serial % 36 === 29 && colleague !== undefined) {
    const start = clampDate(addDays(world.today, 20), term);
    addSectionTeacher(batch, world, section, { staffId: colleague, role: coTeacherRole, priority: 2, start });
  }
  if (aide !== undefined) addSectionTeacher(batch, world, section, { staffId: aide, role: aideRole, priority: 3 });
}

/** A SECTIONTEACHER row; its dates are the term's unless given. */
function addSectionTeacher(
  batch: Batch,
  world: World,
  section: PlannedSection,
  teacher: { staffId: number; role: number; priority?: number; start?: string; end?: string },
): void {
  batch.sectionteacher.push({
    id: world.next('sectionteacher'),
    teacherid: teacher.staffId,
    sectionid: section.row.id,
    roleid: teacher.role,
    priorityorder: teacher.priority ?? 1,
    allocation: 100,
    start_date: teacher.start ?? section.term.firstDay,
    end_date: teacher.end ?? section.term.lastDay,
    whenmodified: null,
    transaction_date: world.transactionDate(),
  });
}

/** A person from another school who helps out in a section. */
export function addVisitor(batch: Batch, world: World, section: PlannedSection, staffId: number): void {
  addSectionTeacher(batch, world, section, { staffId, role: coTeacherRole, priority: 2 });
}
