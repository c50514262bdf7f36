import t from 'tap';
import { startPowerSchoolSimulator } from '../server.ts';
import { readSdsDistrict } from './district.ts';

const full = {
  'School.csv': `\uFEFFSIS ID,Name,School Number,Grade Low,Grade High,Principal Name,Zip
10001,Contoso High,77,9,12,Amy Roebuck,98052
S-2,Fabrikam Primary,,KG,5,,`,
  'Section.csv': `SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Term Name,Term StartDate,Term EndDate,Course SIS ID,Course Name,Course Number,Periods
501,10001,"Math, early",M1,T1,Year,7/1/2017,6/30/2018,C1,Math 101,101,1
502,10001,Art,A1,T2,Fall,2017-08-15,2017-12-20,,,,
reading-k,S-2,Reading,,T3,Fall,20170815,20171220,,,,`,
  'Student.csv': `SIS ID,School SIS ID,First Name,Last Name,Username,Student Number,Secondary Email,Grade,Status,Birthdate,Graduation Year
9001,10001,Ora,O'Neil,ora.oneil,555,ora@mail.example,9,Active,4/2/2000,2019
9002,S-2,Zoë,Müller,zmuller,,,KG,,,
9003,10001,Gone,Away,gaway,,,10,Inactive,,`,
  'Teacher.csv': `SIS ID,School SIS ID,First Name,Last Name,Username,Teacher Number,Status,Secondary Email
t-1,10001,Craig,Beane,cbeane,101,Active,craig@contoso.example
t-1,S-2,Craig,Beane,cbeane,101,Inactive,craig@contoso.example
t-2,10001,Daisy,Todd,dtodd,102,,`,
  'StudentEnrollment.csv': 'Section SIS ID,SIS ID\n501,9001\n502,9001\nreading-k,9002',
  'TeacherRoster.csv': 'Section SIS ID,SIS ID\n501,t-1\n501,t-2\n502,t-2',
};

const minimal = {
  'School.csv': 'SIS ID,Name\n1,One',
  'Section.csv': 'SIS ID,School SIS ID,Section Name\n5,1,Five',
  'Student.csv': 'SIS ID,School SIS ID,Username\n7,1,seven',
  'Teacher.csv': 'SIS ID,School SIS ID,Username\n8,1,eight',
  'StudentEnrollment.csv': 'Section SIS ID,SIS ID\n5,7',
  'TeacherRoster.csv': 'Section SIS ID,SIS ID\n5,8\n',
};

const today = '2026-02-03';

t.test('a full set becomes a PowerSchool district', async (t) => {
  const { rows, mapping } = await readSdsDistrict(t.testdir(full), today);
  t.match(rows.schools, [
    { dcid: 10001, school_number: 77, low_grade: 9, principal: 'Amy Roebuck', schoolzip: '98052' },
    { dcid: 10002, school_number: 10002, name: 'Fabrikam Primary', low_grade: 0 },
  ]);
  t.match(rows.students, [
    {
      dcid: 9001,
      id: 9001,
      student_web_id: 'ora.oneil',
      student_number: 555,
      schoolid: 77,
      grade_level: 9,
      dob: '2000-04-02',
      sched_yearofgraduation: 2019,
      enroll_status: 0,
    },
    { dcid: 9002, last_name: 'Müller', student_number: 9002, schoolid: 10002, grade_level: 0 },
    { dcid: 9003, enroll_status: 1 },
  ]);
  t.match(rows.emailaddress, [{ emailaddress: 'ora@mail.example' }]);
  t.match(rows.users, [
    { dcid: 1, teacherloginid: 'cbeane', teachernumber: '101', email_addr: 'craig@contoso.example' },
    { dcid: 2, teacherloginid: 'dtodd', email_addr: null },
  ]);
  t.match(
    rows.schoolstaff.map(({ users_dcid, schoolid, status }) => [users_dcid, schoolid, status]),
    [
      [1, 77, 1],
      [1, 10002, 2],
      [2, 77, 1],
    ],
  );
  t.match(rows.sections, [
    { dcid: 501, termid: 2700, course_number: '101', section_number: 'M1', schoolid: 77, external_expression: '1' },
    { dcid: 502, termid: 2701, course_number: '502', section_number: 'A1' },
    { dcid: 503, termid: 2701, schoolid: 10002, section_number: 'reading-k', no_of_students: 1 },
  ]);
  t.match(rows.courses, [{ course_name: 'Math 101' }, { course_name: 'Art' }, { course_name: 'Reading' }]);
  t.match(
    rows.terms.map(({ id, schoolid, name, yearid, isyearrec, firstday, lastday }) => [
      id,
      schoolid,
      name,
      yearid,
      isyearrec,
      firstday,
      lastday,
    ]),
    [
      [2700, 77, 'Year', 27, 1, '2017-07-01', '2018-06-30'],
      [2701, 77, 'Fall', 27, 0, '2017-08-15', '2017-12-20'],
      [2700, 10002, '2017-2018', 27, 1, '2017-08-01', '2018-06-10'],
      [2701, 10002, 'Fall', 27, 0, '2017-08-15', '2017-12-20'],
    ],
  );
  const [lead, second, other] = rows.sectionteacher;
  t.match([lead?.roleid, second?.roleid, other?.roleid], [1, 2, 1], 'the first teacher is the lead');
  t.equal(rows.sections[0]?.teacher, lead?.teacherid);
  t.match(rows.cc, [{ sectionid: 501, studentid: 9001, dateenrolled: '2017-07-01', dateleft: null }, {}, {}]);
  t.match(
    mapping.find(({ sisId }) => sisId === 'reading-k'),
    { kind: 'section', dcid: 503 },
  );
});

t.test('accepts a set with only the required columns', async (t) => {
  const dir = t.testdir(minimal);
  const simulator = await startPowerSchoolSimulator({ sdsCsv: dir, http: true });
  t.teardown(() => simulator.close());
  const row = simulator.db.prepare(
    `SELECT s.student_web_id AS student, t.isyearrec AS year, u.teacherloginid AS teacher, o.course_name AS course
     FROM cc c JOIN students s ON s.id = c.studentid JOIN sections x ON x.id = c.sectionid
     JOIN terms t ON t.id = x.termid AND t.schoolid = x.schoolid JOIN schoolstaff f ON f.id = x.teacher
     JOIN users u ON u.dcid = f.users_dcid JOIN courses o ON o.course_number = x.course_number AND o.schoolid = x.schoolid`,
  );
  t.same({ ...row.get() }, { student: 'seven', year: 1, teacher: 'eight', course: 'Five' });
});

t.test('reports mistakes by file, line and column', async (t) => {
  const cases: [string, Record<string, string | undefined>, string | RegExp][] = [
    ['a missing file', { 'Teacher.csv': undefined }, /^Teacher\.csv is missing/],
    [
      'a missing column',
      { 'Student.csv': 'SIS ID,Username\n7,x' },
      'Student.csv, line 1, column "School SIS ID": the column is missing',
    ],
    ['an empty value', { 'School.csv': 'SIS ID,Name\n1,One\n2,' }, 'School.csv, line 3, column "Name": is empty'],
    [
      'no such school',
      { 'Student.csv': 'SIS ID,School SIS ID,Username\n7,9,x' },
      'Student.csv, line 2, column "School SIS ID": no record has the SIS ID 9',
    ],
    [
      'no such student',
      { 'StudentEnrollment.csv': 'Section SIS ID,SIS ID\n5,70' },
      'StudentEnrollment.csv, line 2, column "SIS ID": no record has the SIS ID 70',
    ],
    [
      'no date',
      { 'Section.csv': 'SIS ID,School SIS ID,Section Name,Term StartDate,Term EndDate\n5,1,Five,2/30/2020,6/1/2020' },
      'Section.csv, line 2, column "Term StartDate": is not a date: 2/30/2020',
    ],
    [
      'a section twice',
      { 'Section.csv': 'SIS ID,School SIS ID,Section Name\n5,1,Five\n5,1,Six' },
      /^Section\.csv, line 3, column "SIS ID": appears twice/,
    ],
    ['too many values', { 'School.csv': 'SIS ID,Name\n1,One,Two' }, /^School\.csv, line 2/],
    ['an empty file', { 'School.csv': '' }, 'School.csv, line 1: the header is missing'],
  ];
  for (const [title, change, message] of cases) {
    const files = Object.entries({ ...minimal, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const dir = t.testdir(Object.fromEntries(files));
    await t.rejects(readSdsDistrict(dir, today), { message }, title);
  }
  await t.rejects(startPowerSchoolSimulator({ sdsCsv: '/nowhere' }), /\/nowhere is not a folder/);
});
