/** The timetable of one school: its sections of this year and the last, and who is enrolled. */
import type { Batch } from '../database/rows.ts';
import { addDays, clampDate, type TermSpan } from './calendar.ts';
import { drop, enroll } from './enrollments.ts';
import { coursesOf, type SchoolPlan } from './schools.ts';
import { addSection, type PlannedSection } from './sections.ts';
import type { Staff } from './staff.ts';
import { addStudent, enrollStatus, type PlannedStudent } from './students.ts';
import type { World } from './world.ts';

const classSize = 25;

/** Returns the sections of this year. */
export function addSchedule(
  batch: Batch,
  world: World,
  plan: SchoolPlan,
  staff: Staff,
  students: readonly PlannedStudent[],
): PlannedSection[] {
  const current: PlannedSection[] = [];
  let serial = 0;
  for (let grade = plan.lowGrade; grade <= plan.highGrade; grade++) {
    const inGrade = students.filter((student) => student.grade === grade);
    const groups = Math.max(1, Math.ceil(inGrade.length / classSize));
    const open = (terms: readonly TermSpan[], course: string, period: number, number: number) => {
      const term = termFor(terms, grade, period);
      serial += 1;
      const school = { schoolNumber: plan.number, course, number, period: period + 1, grade };
      return addSection(batch, world, { ...school, term, staff, serial });
    };
    for (const [period, course] of coursesOf(grade).entries()) {
      const sections = Array.from({ length: groups }, (_, number) => open(plan.terms, course, period, number + 1));
      // Students of a group are split differently from course to course, as in a real timetable.
      inGrade.forEach((student, position) => {
        const section = sections[(position + period * 5 * Math.floor(position / groups)) % groups];
        if (section !== undefined) enroll(batch, world, student, section);
      });
      current.push(...sections);
      if (period === 1 && grade === plan.lowGrade) current.push(open(plan.terms, course, period, groups + 1));
    }
    const [core = ''] = coursesOf(grade);
    const past = Array.from({ length: groups }, (_, number) => open(plan.lastTerms, core, 0, number + 1));
    inGrade.forEach((student, position) => {
      const section = past[position % groups];
      if (section !== undefined) enroll(batch, world, { id: student.id, entryDate: world.lastYear.firstDay }, section);
    });
  }
  addSummerSchool(batch, world, plan, staff, students);
  addDropped(batch, world, students, current);
  addTransferred(batch, world, plan, current);
  return current;
}

/** From grade 9 on, two of the seven courses last one semester. */
function termFor(terms: readonly TermSpan[], grade: number, period: number): TermSpan {
  const term = terms[grade >= 9 && period >= 5 ? period - 4 : 0];
  if (term === undefined) throw new RangeError('a school year without terms');
  return term;
}

function addSummerSchool(
  batch: Batch,
  world: World,
  plan: SchoolPlan,
  staff: Staff,
  students: readonly PlannedStudent[],
): void {
  const [, , , term] = plan.lastTerms;
  if (term === undefined) return;
  const section = addSection(batch, world, {
    schoolNumber: plan.number,
    course: coursesOf(plan.highGrade)[1] ?? '',
    number: 1,
    period: 1,
    grade: plan.highGrade,
    term,
    staff,
    serial: 0,
  });
  for (const student of students.filter((candidate) => candidate.index % 60 === 31)) {
    enroll(batch, world, { id: student.id, entryDate: term.firstDay }, section);
  }
}

/** One student in 31 has dropped a class besides the seven. */
function addDropped(
  batch: Batch,
  world: World,
  students: readonly PlannedStudent[],
  sections: readonly PlannedSection[],
): void {
  for (const student of students.filter((candidate) => candidate.index % 31 === 13)) {
    const section = sections[student.index % sections.length];
    if (section === undefined) return;
    const row = enroll(batch, world, student, section);
    drop(row, section, clampDate(addDays(row.dateenrolled, 12), section.term));
  }
}

/** Students who left during the year: transferred out, all their enrollments dropped on the exit date. */
function addTransferred(batch: Batch, world: World, plan: SchoolPlan, sections: readonly PlannedSection[]): void {
  for (let count = 0; count < Math.ceil(plan.students / 90); count++) {
    const entryDate = world.year.firstDay;
    const row = addStudent(batch, world, {
      plan,
      grade: plan.lowGrade,
      status: enrollStatus.transferred,
      entryDate,
      index: -1,
    });
    const leftOn = clampDate(addDays(world.today, -15 - count), world.year);
    row.exitdate = leftOn;
    for (const section of sections.slice(count * 3, count * 3 + 3)) {
      drop(enroll(batch, world, { id: row.id, entryDate }, section), section, leftOn);
    }
  }
}
