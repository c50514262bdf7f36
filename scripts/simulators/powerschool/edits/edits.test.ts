import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import t from 'tap';
import { insertBatches } from '../database/rows.ts';
import { createIndexes, createTables } from '../database/schema.ts';
import { generateDistrict } from '../generator/district.ts';
import { applyEdits, type EditRequest } from './edits.ts';

const now = '2026-02-03 12:00:00';

function district() {
  const db = new DatabaseSync(':memory:');
  createTables(db);
  insertBatches(db, generateDistrict({ students: 1_300, seed: 1, today: '2026-02-03' }));
  createIndexes(db);
  const get = (sql: string, ...values: SQLInputValue[]) => ({ ...db.prepare(sql).get(...values) });
  const edit = (...edits: EditRequest[]) => applyEdits(db, edits, now);
  return { db, get, edit };
}

const { db, get, edit } = district();

t.test('renames students and changes their user names and addresses', async (t) => {
  const [renamed] = edit({ op: 'renameStudent', studentId: 4, lastName: "O'Brien", middleName: null });
  t.same(renamed?.changes, [{ table: 'students', key: 4, change: 'update' }]);
  const row = get('SELECT last_name, lastfirst, middle_name, transaction_date FROM students WHERE dcid = 4');
  t.match(row, { last_name: "O'Brien", lastfirst: /^O'Brien, \S/, middle_name: null, transaction_date: now });
  edit({ op: 'changeUsername', studentId: 4, username: 'new.name' });
  t.equal(get('SELECT student_web_id AS name FROM students WHERE dcid = 4').name, 'new.name');
  const email = () =>
    get(
      `SELECT MAX(e.emailaddress) AS email FROM students s
       LEFT JOIN personemailaddressassoc a ON a.personid = s.person_id AND a.isprimaryemailaddress = 1
       LEFT JOIN emailaddress e ON e.emailaddressid = a.emailaddressid WHERE s.dcid = 4`,
    ).email;
  for (const wanted of ['a@x.example', null, 'b@x.example']) {
    edit({ op: 'changeEmail', studentId: 4, email: wanted });
    t.equal(email(), wanted);
  }
});

t.test('creates an enrollment, and drops it as PowerSchool does', async (t) => {
  const { id: sectionRow } = get('SELECT id FROM sections WHERE no_of_students = 0 AND termid = 3500');
  const section = get('SELECT dcid, termid FROM sections WHERE id = ?', Number(sectionRow));
  const sectionId = Number(section.dcid);
  const [made] = edit({ op: 'enroll', studentId: 4, sectionId });
  const ccId = Number(made?.ccId);
  t.match(get('SELECT * FROM cc WHERE dcid = ?', ccId), {
    sectionid: sectionRow,
    dateenrolled: '2026-02-03',
    dateleft: '2026-06-11',
    studyear: Number,
  });
  t.equal(get('SELECT no_of_students AS n FROM sections WHERE dcid = ?', sectionId).n, 1);
  t.throws(
    () => edit({ op: 'enroll', studentId: 4, sectionId }),
    /edit 0 \(enroll\): student 4 is in section \d+ already/,
  );
  edit({ op: 'drop', ccId });
  t.match(get('SELECT * FROM cc WHERE dcid = ?', ccId), {
    sectionid: -Number(sectionRow),
    origsectionid: sectionRow,
    termid: -Number(section.termid),
    dateleft: '2026-02-03',
  });
  t.equal(get('SELECT no_of_students AS n FROM sections WHERE dcid = ?', sectionId).n, 0);
  t.throws(() => edit({ op: 'drop', ccId }), /dropped already/);
});

t.test('students come, move and leave', async (t) => {
  const [added] = edit({
    op: 'addStudent',
    schoolId: 2,
    firstName: 'Zoë',
    lastName: 'New',
    username: 'znew',
    email: 'z@x.example',
  });
  const studentId = Number(added?.studentId);
  const school = (dcid: number) => Number(get('SELECT school_number AS n FROM schools WHERE dcid = ?', dcid).n);
  t.match(get('SELECT * FROM students WHERE dcid = ?', studentId), {
    enroll_status: 0,
    schoolid: school(2),
    student_web_id: 'znew',
  });
  const current =
    'SELECT COUNT(*) AS n FROM cc JOIN students s ON s.id = cc.studentid WHERE s.dcid = ? AND sectionid > 0 AND dateleft > ?';
  t.ok(Number(get(current, 5, '2026-02-03').n) >= 6);
  edit({ op: 'transferStudent', studentId: 5, schoolId: 2 });
  t.match(get('SELECT * FROM students WHERE dcid = 5'), {
    enroll_status: 0,
    schoolid: school(2),
    entrydate: '2026-02-03',
  });
  t.equal(get(current, 5, '2026-02-03').n, 0);
  t.ok(
    get(
      'SELECT r.dcid FROM reenrollments r JOIN students s ON s.id = r.studentid WHERE s.dcid = 5 AND r.exitdate = ?',
      '2026-02-03',
    ).dcid,
  );
  edit({ op: 'deactivateStudent', studentId: 6 });
  t.match(get('SELECT * FROM students WHERE dcid = 6'), { enroll_status: 2, exitdate: '2026-02-03' });
  t.equal(get(current, 6, '2026-02-03').n, 0);
});

t.test('sections get teachers, lose them and are deleted', async (t) => {
  const [school] = edit({ op: 'addSchool', name: 'New School' });
  const schoolId = Number(school?.schoolId);
  const [teacher] = edit({ op: 'addTeacher', schoolId, firstName: 'Ada', lastName: 'Lead', username: 'alead' });
  const userId = Number(teacher?.userId);
  const [section] = edit({ op: 'addSection', schoolId, courseNumber: 'MTH01', userId });
  const sectionId = Number(section?.sectionId);
  const lead = () =>
    get(
      'SELECT f.users_dcid AS lead FROM sections x JOIN schoolstaff f ON f.id = x.teacher WHERE x.dcid = ?',
      sectionId,
    ).lead;
  t.equal(lead(), userId);
  const [co] = edit({ op: 'addCoTeacher', sectionId, userId: 1, endDate: '2026-05-01' });
  const rosterId = Number(co?.rosterId);
  t.match(get('SELECT * FROM sectionteacher WHERE id = ?', rosterId), {
    start_date: '2026-02-03',
    end_date: '2026-05-01',
    roleid: 2,
  });
  edit({ op: 'changeLeadTeacher', sectionId, userId: 1 });
  t.equal(lead(), 1);
  t.equal(
    get(
      "SELECT COUNT(*) AS n FROM sectionteacher r JOIN sections x ON x.id = r.sectionid WHERE x.dcid = ? AND r.priorityorder = 1 AND r.end_date = '2026-02-03'",
      sectionId,
    ).n,
    1,
  );
  edit({ op: 'removeCoTeacher', rosterId });
  t.throws(() => edit({ op: 'removeCoTeacher', rosterId }), /sectionteacher has no row/);
  edit({ op: 'renameCourse', courseId: 1, name: 'Renamed' });
  t.equal(get('SELECT course_name AS name FROM courses WHERE dcid = 1').name, 'Renamed');
  edit({ op: 'deleteSection', sectionId });
  t.equal(get('SELECT COUNT(*) AS n FROM sections WHERE dcid = ?', sectionId).n, 0);
  t.throws(() => edit({ op: 'addCoTeacher', sectionId: 1, userId: 1, role: 'King' }), /no role King/);
});

t.test('edits any row of any table', async (t) => {
  const [result] = applyEdits(
    db,
    [{ table: 'Students', set: { Grade_Level: 7, middle_name: '' }, where: { DCID: 9 } }],
    now,
  );
  t.match(result, { op: 'update', rows: 1 });
  t.match(get('SELECT * FROM students WHERE dcid = 9'), { grade_level: 7, middle_name: null });
  edit(
    { op: 'insert', table: 'roledef', values: { id: 90, name: 'Observer' } },
    { op: 'delete', table: 'roledef', where: { id: 90 } },
  );
  t.equal(get('SELECT COUNT(*) AS n FROM roledef WHERE id = 90').n, 0);
  t.throws(
    () => edit({ op: 'update', table: 'students', set: { nothing: 1 }, where: { dcid: 1 } }),
    /students has no column nothing/,
  );
  t.throws(() => edit({ op: 'delete', table: 'students', where: {} }), /must say which rows/);
  t.throws(() => edit({ op: 'delete', table: 'sim_plugins', where: { id: 1 } }), /there is no table sim_plugins/);
});

t.test('makes all edits, or none', async (t) => {
  const before = get('SELECT last_name AS name FROM students WHERE dcid = 10').name;
  const failing = () =>
    edit({ op: 'renameStudent', studentId: 10, lastName: 'Never' }, { op: 'drop', ccId: 99_999_999 });
  t.throws(failing, /edit 1 \(drop\): cc has no row 99999999/);
  t.equal(get('SELECT last_name AS name FROM students WHERE dcid = 10').name, before);
  t.throws(() => applyEdits(db, { op: 'drop' }, now), /JSON list/);
  t.throws(() => applyEdits(db, [{ op: 'fly' }], now), /no operation fly/);
  t.throws(() => applyEdits(db, [{ op: 'drop', ccId: 1, more: 1 }], now), /edit 0 \(drop\)/);
});
