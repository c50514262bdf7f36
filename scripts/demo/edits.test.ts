import t from 'tap';
import { chooseEdits } from './edits.ts';
import type { District, Person, Section } from './oracle/district.ts';
import { type Circumstances, expectedState } from './oracle/expected.ts';
import { readRules } from './oracle/rules.ts';
import { plainProfile } from './profile.ts';

const today = '2026-11-24';

function section(dcid: string, course: string, lastDay: string): Section {
  return {
    dcid,
    localId: `9${dcid}`,
    course,
    school: '1',
    courseNumber: course,
    courseName: `Course ${course}`,
    number: dcid,
    period: undefined,
    term: '1',
    termName: 'S1',
    firstDay: '2026-08-01',
    lastDay,
  };
}

function person(role: Person['role'], dcid: string): Person {
  const none = { email: undefined, givenName: undefined, surname: undefined, middleName: undefined };
  const more = { grade: undefined, graduationYear: undefined };
  return { ...none, ...more, key: `${role}:${dcid}`, role, dcid, username: `u${dcid}`, number: dcid, schools: ['1'] };
}

const school = { number: '101', name: 'Maple', lowGrade: undefined, highGrade: undefined, principal: undefined };
const address = {
  principalEmail: undefined,
  phone: undefined,
  street: undefined,
  city: undefined,
  state: undefined,
  zip: undefined,
};

const always = { from: undefined, until: undefined };

function district(lastDay: string): District {
  return {
    schools: [{ dcid: '1', ...school, ...address }],
    terms: [],
    sections: [section('10', '1', lastDay), section('11', '2', lastDay), section('12', '1', lastDay)],
    people: [person('students', '20'), person('students', '21'), person('teachers', '30')],
    enrollments: [
      { dcid: '1', section: '10', student: '20', ...always },
      { dcid: '2', section: '10', student: '21', ...always },
      { dcid: '3', section: '12', student: '21', ...always },
      { dcid: '4', section: '12', student: '21', ...always },
    ],
    teaching: [{ id: '1', section: '10', teacher: '30', from: undefined, through: undefined, leads: true }],
  };
}

function under(change: object = {}): Circumstances {
  const plain = plainProfile({ mode: 'create', teams: false, directory: 'accounts' }, { students: 's', teachers: 't' });
  return { directory: [], profiles: [readRules({ ...plain, ...change })], groupLicenses: new Map(), today };
}

function choose(from: District, circumstances = under()) {
  const { edits } = chooseEdits(from, expectedState(from, circumstances), circumstances);
  return edits.map(({ body, checks, writes }) => ({ body: body[0], checks, writes }));
}

t.test('in a running term: enroll, drop another student, rename the course with the fewest sections', async (t) => {
  t.strictSame(choose(district('2026-12-20')), [
    {
      body: { op: 'enroll', studentId: 20, sectionId: 11 },
      checks: [{ kind: 'member', section: '11', person: 'students:20', present: true }],
      writes: 1,
    },
    {
      body: { op: 'drop', ccId: 2 },
      checks: [{ kind: 'member', section: '10', person: 'students:21', present: false }],
      writes: 1,
    },
    {
      body: { op: 'renameCourse', courseId: 2, name: 'Course 2 (renamed)' },
      checks: [{ kind: 'className', section: '11', displayName: 'Course 2 (renamed) - 11' }],
      writes: 1,
    },
    {
      body: { op: 'addCoTeacher', sectionId: 11, userId: 30, startDate: today },
      checks: ['owner', 'member'].map((kind) => ({ kind, section: '11', person: 'teachers:30', present: true })),
      writes: 2,
    },
    {
      body: { op: 'renameSchool', schoolId: 1, name: 'Maple (renamed)' },
      checks: [{ kind: 'schoolName', school: '1', displayName: 'Maple (renamed)' }],
      writes: 1,
    },
  ]);
});

t.test('when the term is over, nobody is enrolled, and another student leaves', async (t) => {
  const edits = choose(district('2018-06-30'));
  t.strictSame(
    edits.map(({ body }) => body),
    [
      { op: 'drop', ccId: 1 },
      { op: 'deactivateStudent', studentId: 21 },
      { op: 'renameCourse', courseId: 2, name: 'Course 2 (renamed)' },
      { op: 'addCoTeacher', sectionId: 11, userId: 30, startDate: today },
      { op: 'renameSchool', schoolId: 1, name: 'Maple (renamed)' },
    ],
  );
});

t.test('disables people who leave and retires what is deleted, if the profile says so and does not wait', async (t) => {
  const from = district('2018-06-30');
  from.people.push(person('students', '22'));
  from.enrollments.push({ dcid: '5', section: '10', student: '22', ...always });
  const policies = { studentGone: 'disable', sectionGone: ['removeStudents', 'markExpired'], goneForDays: 0 };
  const edits = choose(from, under({ policies }));
  t.match(edits[1], {
    body: { op: 'deactivateStudent', studentId: 21 },
    checks: [{ kind: 'disabled', person: 'students:21' }, { kind: 'member', section: '10', present: false }, {}],
    writes: 3,
  });
  t.match(edits[2], {
    body: { op: 'deleteSection', sectionId: 11 },
    checks: [{ kind: 'className', section: '11', displayName: 'Exp1126_Course 2 - 11' }],
    writes: 1,
  });
  const later = choose(from, under({ policies: { ...policies, goneForDays: 14 } }));
  t.match(later[1], { body: { op: 'deactivateStudent' }, writes: 2 });
  t.match(later[2], { body: { op: 'renameCourse' } });
});

t.test('leaves people without an account alone', async (t) => {
  const from = district('2026-12-20');
  const nobody = under({
    mode: { students: 'match', teachers: 'match' },
    identity: {
      students: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
      teachers: { source: 'teacherNumber', suffix: null, target: 'mailNickname' },
    },
  });
  t.strictSame(
    choose(from, nobody).map(({ body }) => body),
    [
      { op: 'renameCourse', courseId: 2, name: 'Course 2 (renamed)' },
      { op: 'renameSchool', schoolId: 1, name: 'Maple (renamed)' },
    ],
  );
});

t.test('does not choose an edit that nobody would see under the profile', async (t) => {
  const from = district('2026-12-20');
  const ops = (change: object) => choose(from, under(change)).map(({ body }) => (body as { op: string }).op);
  t.strictSame(ops({ policies: { studentLeftClass: 'keep' } }), [
    'enroll',
    'renameCourse',
    'addCoTeacher',
    'renameSchool',
  ]);
  t.strictSame(ops({ dates: { studentsFrom: '2027-01-01' } }), ['renameCourse', 'addCoTeacher', 'renameSchool']);
  t.strictSame(ops({ classes: { displayName: 'create-only' } }), ['enroll', 'drop', 'addCoTeacher', 'renameSchool']);
  t.strictSame(ops({ schools: ['2'] }), []);
  const co = { ...from, people: [...from.people, person('teachers', '31')] };
  const two = {
    ...co,
    teaching: [
      ...co.teaching,
      { id: '2', section: '10', teacher: '31', from: undefined, through: undefined, leads: false },
    ],
  };
  const removes = choose(two, under({ policies: { teacherLeftClass: 'remove' } }))[2];
  const relation = { section: '10', person: 'teachers:31', present: false };
  t.strictSame(removes, {
    body: { op: 'removeCoTeacher', rosterId: 2 },
    checks: [
      { kind: 'owner', ...relation },
      { kind: 'member', ...relation },
    ],
    writes: 2,
  });
  t.strictSame(choose(two)[2]?.body, { op: 'renameCourse', courseId: 2, name: 'Course 2 (renamed)' });
  const named = choose(
    from,
    under({ classes: { name: '{schoolName} {sectionNumber}' }, policies: { studentLeftClass: 'keep' } }),
  );
  t.strictSame(named.at(-1), {
    body: { op: 'renameSchool', schoolId: 1, name: 'Maple (renamed)' },
    checks: [
      { kind: 'schoolName', school: '1', displayName: 'Maple (renamed)' },
      ...['10', '11', '12'].map((section) => ({
        kind: 'className',
        section,
        displayName: `Maple (renamed) ${section}`,
      })),
    ],
    writes: 4,
  });
});
