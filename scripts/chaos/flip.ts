/** Two states of a district that differ in every kind: going from one to the other changes, adds and takes away. */
import type { DatabaseSync } from 'node:sqlite';
import type { EditRequest } from '../simulators/powerschool/edits/edits.ts';
import { ids } from './small-district.ts';

export type Side = 'a' | 'b';

/** The edits that bring the district from either side to the given one. The district as it is now is side `a`. */
export function flips(db: DatabaseSync): Record<Side, EditRequest[]> {
  const edits: Record<Side, EditRequest[]> = { a: [], b: [] };
  const change = (table: string, where: Record<string, number>, set: Record<string, string | number>) => {
    const condition = Object.keys(where).map((name) => `${name} = ?`);
    const row = db.prepare(`SELECT * FROM ${table} WHERE ${condition.join(' AND ')}`).get(...Object.values(where));
    const before = Object.fromEntries(Object.keys(set).map((name) => [name, row?.[name] as string | number]));
    // The other values first, so that a changed key column still finds its row.
    edits.b.push({ op: 'update', table, where, set });
    edits.a.push({ op: 'update', table, where, set: before });
  };
  const one = (sql: string) => ids(db, sql)[0] ?? 0;
  const school = (number: string) => `SELECT school_number FROM schools ORDER BY dcid ${number} LIMIT 1`;
  for (const [index, where] of ['', 'DESC'].entries()) {
    const number = one(school(where));
    const students = ids(
      db,
      `SELECT dcid FROM students WHERE enroll_status = 0 AND schoolid = ? ORDER BY dcid`,
      number,
    );
    const [first = 0, second = 0, third = 0] = students;
    change('students', { dcid: first }, { last_name: 'Other' });
    change('students', { dcid: second }, { enroll_status: 2 });
    change('schools', { school_number: number }, { name: `Renamed ${index}` });
    const term = one(`SELECT dcid FROM terms WHERE isyearrec = 0 AND schoolid = ${number} ORDER BY dcid LIMIT 1`);
    change('terms', { dcid: term }, { name: 'Other term' });
    const [section = 0, leaving = 0] = ids(db, 'SELECT dcid FROM sections WHERE schoolid = ? ORDER BY dcid', number);
    change('sections', { dcid: section }, { section_number: '77' });
    // In a term that does not exist, it is nowhere to be seen, with its enrollments and teachers.
    change('sections', { dcid: leaving }, { termid: 99 });
    const dropped =
      one(`SELECT c.dcid FROM cc c JOIN sections x ON x.id = c.sectionid JOIN students s ON s.id = c.studentid
      WHERE x.dcid = ${section} AND s.dcid = ${third}`);
    const sectionId = one(`SELECT id FROM sections WHERE dcid = ${section}`);
    change('cc', { dcid: dropped }, { sectionid: -sectionId });
  }
  const staff = one(
    'SELECT s.dcid FROM schoolstaff s WHERE s.status = 1 AND s.schoolid > 0 ORDER BY s.dcid DESC LIMIT 1',
  );
  const user = one(`SELECT users_dcid FROM schoolstaff WHERE dcid = ${staff}`);
  change('users', { dcid: user }, { last_name: 'Otherson' });
  return edits;
}
