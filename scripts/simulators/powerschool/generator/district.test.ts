import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import t from 'tap';
import { emptyBatch, insertBatches } from '../database/rows.ts';
import { createIndexes, createTables } from '../database/schema.ts';
import { schoolYearOf } from './calendar.ts';
import { generateDistrict } from './district.ts';

const today = '2026-02-03';

function district(students: number, seed = 1): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  createTables(db);
  insertBatches(db, generateDistrict({ students, seed, today }));
  createIndexes(db);
  return db;
}

const db = district(2_000);

function count(sql: string, ...values: SQLInputValue[]): number {
  return Number(db.prepare(`SELECT COUNT(*) AS n FROM ${sql}`).get(...values)?.n);
}

t.test('a district has the requested size', async (t) => {
  t.equal(count('students WHERE enroll_status = 0'), 2_000);
  t.equal(count('schools WHERE school_number <> 999999'), 3);
  t.equal(count("schools WHERE name = 'Graduated Students' AND school_number = 999999"), 1);
  const perStudent = count('cc WHERE sectionid > 0 AND termid >= 3500 AND termid < 3600') / 2_000;
  t.ok(perStudent > 6.9 && perStudent < 7.2, `${perStudent} enrollments a student`);
  const size = 14_000 / count('sections WHERE termid >= 3500 AND no_of_students > 0');
  t.ok(size > 18 && size < 27, `${size} students a section`);
  for (const students of [10, 40, 700]) {
    const small = district(students).prepare('SELECT COUNT(*) AS n FROM students WHERE enroll_status = 0');
    t.equal(small.get()?.n, students);
  }
  t.throws(() => [...generateDistrict({ students: 9, seed: 1, today })], /10 to 200000 students, not 9/);
});

t.test('the same seed makes the same district, another seed a different one', async (t) => {
  const batches = (seed: number) => [...generateDistrict({ students: 60, seed, today })];
  t.same(batches(5), batches(5));
  t.notSame(batches(5)[1]?.students, batches(6)[1]?.students);
});

t.test('school years follow the date', async (t) => {
  t.match(schoolYearOf('2026-07-31'), { startYear: 2025, yearId: 35 });
  t.match(schoolYearOf('2026-08-01'), { startYear: 2026, yearId: 36, firstDay: '2026-08-01' });
  t.equal(count('terms WHERE yearid = 35 AND isyearrec = 1 AND id = 3500 AND schoolid = 101'), 1);
  t.equal(count('terms WHERE yearid = 34 AND isyearrec = 1 AND schoolid = 101'), 1);
});

t.test('all references are valid', async (t) => {
  const orphans = {
    'cc of no student': 'cc WHERE studentid NOT IN (SELECT id FROM students)',
    'cc of no section': 'cc WHERE ABS(sectionid) NOT IN (SELECT id FROM sections)',
    'sections of no term':
      'sections x WHERE NOT EXISTS (SELECT 1 FROM terms t WHERE t.id = x.termid AND t.schoolid = x.schoolid)',
    'sections of no course':
      'sections x WHERE NOT EXISTS (SELECT 1 FROM courses c WHERE LOWER(c.course_number) = LOWER(x.course_number) AND c.schoolid IN (0, x.schoolid))',
    'leads of another school': 'sections x JOIN schoolstaff s ON s.id = x.teacher WHERE s.schoolid <> x.schoolid',
    'rosters of another school':
      'sectionteacher r JOIN sections x ON x.id = r.sectionid JOIN schoolstaff s ON s.id = r.teacherid WHERE s.schoolid <> x.schoolid',
    'staff of no person': 'schoolstaff WHERE users_dcid NOT IN (SELECT dcid FROM users)',
    'addresses of no person': 'personemailaddressassoc WHERE personid NOT IN (SELECT id FROM person)',
    'empty text': "students WHERE first_name = '' OR student_web_id = ''",
    'wrong counts': 'sections x WHERE no_of_students <> (SELECT COUNT(*) FROM cc WHERE cc.sectionid = x.id)',
  };
  for (const [title, sql] of Object.entries(orphans)) t.equal(count(sql), 0, title);
  t.equal(count('students WHERE id = dcid') + count('sections WHERE id = dcid'), 0, 'ID is never DCID');
});

t.test('includes the awkward cases of real districts', async (t) => {
  const realities = {
    'people at two schools': 'users u WHERE (SELECT COUNT(*) FROM schoolstaff s WHERE s.users_dcid = u.dcid) > 1',
    'people who have left': 'schoolstaff WHERE status = 2',
    'aides who co-teach': 'sectionteacher r JOIN schoolstaff s ON s.id = r.teacherid WHERE s.staffstatus = 2',
    'co-teaching that is over':
      "sectionteacher r JOIN sections x ON x.id = r.sectionid WHERE x.termid >= 3500 AND r.end_date < '2026-02-03' AND x.termid = 3500",
    'co-teaching to come': "sectionteacher WHERE start_date > '2026-02-03'",
    'sections without teacher': 'sections WHERE teacher IS NULL AND termid >= 3500',
    'sections without students': 'sections WHERE no_of_students = 0 AND termid >= 3500',
    'district courses': 'courses WHERE schoolid = 0',
    'school courses that hide one of the district':
      'courses c JOIN courses d ON d.course_number = c.course_number AND d.schoolid = 0 WHERE c.schoolid <> 0',
    'course numbers in another case': 'sections WHERE course_number <> UPPER(course_number)',
    'summer school': "terms WHERE name LIKE 'Summer School%'",
    'sections of last year': 'sections WHERE termid BETWEEN 3400 AND 3499',
    'dropped enrollments': 'cc WHERE sectionid < 0 AND termid < 0 AND origsectionid = -sectionid',
    'students at a second school':
      'cc JOIN students s ON s.id = cc.studentid WHERE s.enroll_status = 0 AND cc.schoolid <> s.schoolid',
    'students without user name': 'students WHERE enroll_status = 0 AND student_web_id IS NULL',
    'students without address':
      'students s WHERE NOT EXISTS (SELECT 1 FROM personemailaddressassoc a WHERE a.personid = s.person_id)',
    'students with two addresses':
      'students s WHERE (SELECT COUNT(*) FROM personemailaddressassoc a WHERE a.personid = s.person_id) = 2',
    apostrophes: "students WHERE last_name LIKE '%''%'",
    'letters beyond ASCII': "students WHERE last_name IN ('Nguyễn', 'Šimić', 'Müller')",
    'no middle name': 'students WHERE middle_name IS NULL',
    'home rooms that are numbers': "students WHERE home_room GLOB '[0-9]*'",
    'home rooms with a blank behind': "students WHERE home_room GLOB 'Room * '",
    'no home room': 'students WHERE enroll_status = 0 AND home_room IS NULL',
    'NULL transaction dates': 'cc WHERE transaction_date IS NULL',
    reenrollments: 'reenrollments',
    'the district office': 'schoolstaff WHERE schoolid = 0',
  };
  for (const [title, sql] of Object.entries(realities)) t.ok(count(sql) > 0, title);
  const shared = db.prepare(
    'SELECT COUNT(*) AS n FROM students WHERE enroll_status = 0 GROUP BY student_web_id HAVING student_web_id IS NOT NULL AND n > 1',
  );
  t.ok(shared.all().length >= 5, 'students who share a user name');
  for (const status of [-1, 1, 2, 3]) t.ok(count('students WHERE enroll_status = ?', status) > 10, `status ${status}`);
  t.equal(count('cc JOIN students s ON s.id = cc.studentid WHERE s.enroll_status = 2 AND cc.sectionid > 0'), 0);
  t.same(
    Object.keys(emptyBatch()).filter((table) => count(table) === 0),
    [],
    'no table is empty',
  );
});
