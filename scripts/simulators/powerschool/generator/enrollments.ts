/** CC: which student is in which section, present, past and dropped. */
import type { Batch, CcRow } from '../database/rows.ts';
import { addDays, clampDate, yearIdOf } from './calendar.ts';
import type { PlannedSection } from './sections.ts';
import type { World } from './world.ts';

/** Enrolls a student for the section's whole term, or from the day the student came. */
export function enroll(
  batch: Batch,
  world: World,
  student: { id: number; entryDate: string },
  section: PlannedSection,
): CcRow {
  const { term } = section;
  const row: CcRow = {
    ...world.keys('cc'),
    studentid: student.id,
    sectionid: section.row.id,
    origsectionid: null,
    termid: term.id,
    schoolid: section.row.schoolid,
    course_number: section.row.course_number,
    section_number: section.row.section_number,
    teacherid: section.row.teacher,
    dateenrolled: clampDate(student.entryDate, term),
    // Exclusive: the day after the last one.
    dateleft: addDays(term.lastDay, 1),
    studyear: Number(`${student.id}${yearIdOf(Number(term.firstDay.slice(0, 4)))}`),
    expression: section.row.expression,
    transaction_date: world.transactionDate(),
  };
  section.row.no_of_students += 1;
  batch.cc.push(row);
  return row;
}

/** A dropped enrollment: section and term become negative, the original section is kept. */
export function drop(row: CcRow, section: PlannedSection, leftOn: string): void {
  row.origsectionid = row.sectionid;
  row.sectionid = -row.sectionid;
  row.termid = -row.termid;
  row.dateleft = leftOn;
  section.row.no_of_students -= 1;
}

/** A student who is registered for a later day has a schedule from that day on, unless the terms are over by then. */
export function enrollAhead(
  batch: Batch,
  world: World,
  newcomers: readonly { id: number; entryDate: string }[],
  sections: readonly PlannedSection[],
): void {
  const open = (day: string) =>
    sections.filter(({ term, row }) => term.firstDay <= day && term.lastDay > day && row.no_of_students > 0);
  for (const [index, student] of newcomers.entries()) {
    const candidates = open(student.entryDate);
    for (const step of [0, 1, 2]) {
      const section = candidates[(index * 3 + step) % Math.max(1, candidates.length)];
      if (section !== undefined && step < candidates.length) enroll(batch, world, student, section);
    }
  }
}
