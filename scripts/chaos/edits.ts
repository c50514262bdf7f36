/** What may happen in a PowerSchool, as edits on whatever is in the district at that moment. */
import type { DatabaseSync } from 'node:sqlite';
import { EditError } from '../simulators/powerschool/edits/editor.ts';
import type { EditRequest } from '../simulators/powerschool/edits/edits.ts';
import type { PowerSchoolSimulator } from '../simulators/powerschool/server.ts';
import { ids } from './small-district.ts';

const active = 'SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid';
const schools = 'SELECT dcid FROM schools WHERE school_number <> 999999 ORDER BY dcid';
const year = '(SELECT MAX(yearid) FROM terms)';
const sections = `SELECT x.dcid FROM sections x JOIN terms t ON t.id = x.termid AND t.schoolid = x.schoolid
  WHERE t.yearid = ${year} ORDER BY x.dcid`;
const enrollments = `SELECT c.dcid FROM cc c JOIN sections x ON x.id = c.sectionid
  JOIN terms t ON t.id = x.termid AND t.schoolid = x.schoolid WHERE t.yearid = ${year} ORDER BY c.dcid`;
const people = 'SELECT DISTINCT users_dcid FROM schoolstaff WHERE status = 1 ORDER BY 1';

/** Fewer than this many are not taken away: a kind that vanishes altogether is another story (SOURCE_KIND_EMPTY). */
const fewest = 3;

/** Chooses one of the rows of a query; undefined when there are fewer than `least`. */
type Choose = (sql: string, least?: number) => number | undefined;
type Make = (choose: Choose, text: string) => EditRequest | undefined;

const makers = {
  renameStudent: (choose, lastName) => given('renameStudent', { studentId: choose(active), lastName }),
  changeUsername: (choose, username) => given('changeUsername', { studentId: choose(active), username }),
  addStudent: (choose, lastName) => given('addStudent', { schoolId: choose(schools), firstName: 'New', lastName }),
  transferStudent: (choose) => given('transferStudent', { studentId: choose(active), schoolId: choose(schools) }),
  deactivateStudent: (choose) => given('deactivateStudent', { studentId: choose(active, fewest) }),
  enroll: (choose) => given('enroll', { studentId: choose(active), sectionId: choose(sections) }),
  drop: (choose) => given('drop', { ccId: choose(enrollments, fewest) }),
  addTeacher: (choose, lastName) => given('addTeacher', { schoolId: choose(schools), firstName: 'Kim', lastName }),
  addCoTeacher: (choose) => given('addCoTeacher', { sectionId: choose(sections), userId: choose(people) }),
  changeLeadTeacher: (choose) => given('changeLeadTeacher', { sectionId: choose(sections), userId: choose(people) }),
  renameSchool: (choose, name) => given('renameSchool', { schoolId: choose(schools), name }),
  renameCourse: (choose, name) => given('renameCourse', { courseId: choose('SELECT dcid FROM courses'), name }),
  addSection: (choose) => newSection(choose),
  deleteSection: (choose) => given('deleteSection', { sectionId: choose(sections, fewest) }),
  addSchool: (_choose, name) => ({ op: 'addSchool', name }),
} as const satisfies Record<string, Make>;

export const editNames = [...(Object.keys(makers) as (keyof typeof makers)[]), 'rollOver'] as const;
export type EditName = (typeof editNames)[number];

/**
 * Makes an edit in the district as it is; nothing when there is nobody to make it to, or when PowerSchool would not.
 *
 * @param seed chooses whom it concerns
 */
export function edit(simulator: PowerSchoolSimulator, name: EditName, seed: number): void {
  if (name === 'rollOver') {
    rollOver(simulator);
    return;
  }
  let left = seed;
  const choose: Choose = (sql, least = 1) => {
    const found = ids(simulator.db, sql);
    if (found.length < least) return undefined;
    const chosen = found[left % found.length];
    left = Math.floor(left / 7);
    return chosen;
  };
  const make: Make = makers[name];
  const made = make(choose, `Name ${seed}`);
  if (made === undefined) return;
  try {
    simulator.edit([made]);
  } catch (error) {
    // A student who is in that class already, and the like.
    if (!(error instanceof EditError)) throw error;
  }
}

/** The summer: every school begins its next year, in which there are two classes with somebody in them. */
function rollOver(simulator: PowerSchoolSimulator): void {
  const { db } = simulator;
  const newest = ids(
    db,
    `SELECT dcid FROM terms WHERE isyearrec = 1 AND yearid = ${year} AND schoolid > 0 ORDER BY dcid`,
  );
  simulator.edit(newest.map((dcid) => nextYear(db, dcid)));
  const [teacher] = ids(db, people);
  for (const schoolId of ids(db, schools)) {
    const [added] = simulator.edit(
      [given('addSection', { schoolId, courseNumber: 'HR00', userId: teacher })].flatMap((one) => one ?? []),
    );
    const sectionId = Number(added?.sectionId);
    const students = ids(db, active).slice(0, fewest);
    simulator.edit(students.map((studentId) => ({ op: 'enroll' as const, studentId, sectionId })));
  }
}

function given(op: EditRequest['op'], values: Record<string, unknown>): EditRequest | undefined {
  return Object.values(values).includes(undefined) ? undefined : { op, ...values };
}

function newSection(choose: Choose): EditRequest | undefined {
  return given('addSection', { schoolId: choose(schools), courseNumber: 'HR00', userId: choose(people) });
}

function nextYear(db: DatabaseSync, dcid: number): EditRequest {
  const row = db.prepare('SELECT * FROM terms WHERE dcid = ?').get(dcid);
  const yearId = Number(row?.yearid) + 1;
  const values = { ...row, dcid: 100_000 * yearId + dcid, id: yearId * 100, yearid: yearId, name: `Year ${yearId}` };
  return { op: 'insert', table: 'terms', values: values as Record<string, string | number> };
}
