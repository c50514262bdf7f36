/** A district of two schools that is read in a few dozen requests, with something of every kind in both. */
import type { DatabaseSync } from 'node:sqlite';
import type { PowerSchoolSimulator } from '../simulators/powerschool/server.ts';

const sectionsKept = 3;
const studentsMoved = 3;

/** Makes it of the smallest generated district: one school, 10 active students, 92 sections. */
export function shrink(simulator: PowerSchoolSimulator): void {
  const { db } = simulator;
  // Last year's terms and sections are never read, and so is what belongs to sections beyond the first ones.
  db.exec(`
    DELETE FROM terms WHERE yearid < (SELECT MAX(yearid) FROM terms) OR name LIKE 'Summer%';
    DELETE FROM sections WHERE termid NOT IN (SELECT id FROM terms) OR dcid NOT IN (
      SELECT s.dcid FROM sections s JOIN cc c ON c.sectionid = s.id WHERE s.termid IN (SELECT id FROM terms)
      GROUP BY s.dcid ORDER BY COUNT(*) DESC, s.dcid LIMIT ${sectionsKept});
    DELETE FROM cc WHERE ABS(sectionid) NOT IN (SELECT id FROM sections);
    DELETE FROM sectionteacher WHERE sectionid NOT IN (SELECT id FROM sections)`);
  const [second] = simulator.edit([{ op: 'addSchool', name: 'Second School' }]);
  const schoolId = Number(second?.schoolId);
  const [teacher] = simulator.edit([
    { op: 'addTeacher', schoolId, firstName: 'Kim', lastName: "O'Hara", username: 'kim' },
  ]);
  const courses = numbers(db, 'SELECT course_number FROM courses WHERE schoolid = 0 ORDER BY dcid LIMIT 2');
  const userId = Number(teacher?.userId);
  const sections = courses.flatMap((courseNumber) =>
    simulator.edit([{ op: 'addSection', schoolId, courseNumber, userId }]).map((added) => Number(added.sectionId)),
  );
  const moved = ids(db, `SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT ${studentsMoved}`);
  simulator.edit(moved.map((studentId) => ({ op: 'transferStudent', studentId, schoolId })));
  const here = ids(
    db,
    'SELECT dcid FROM students WHERE enroll_status = 0 AND schoolid = (SELECT MIN(school_number) FROM schools)',
  );
  const own = ids(db, 'SELECT dcid FROM sections').filter((section) => !sections.includes(section));
  db.exec('DELETE FROM cc');
  for (const [students, classes] of [
    [moved, sections],
    [here, own],
  ] as const) {
    simulator.edit(
      students.flatMap((studentId) => classes.map((sectionId) => ({ op: 'enroll' as const, studentId, sectionId }))),
    );
  }
}

/** The first column of a query's rows. */
export function ids(db: DatabaseSync, sql: string, ...values: (string | number)[]): number[] {
  return db
    .prepare(sql)
    .all(...values)
    .map((row) => Number(Object.values(row)[0]));
}

function numbers(db: DatabaseSync, sql: string): string[] {
  return db
    .prepare(sql)
    .all()
    .map((row) => String(Object.values(row)[0]));
}
