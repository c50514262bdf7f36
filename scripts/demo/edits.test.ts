import t from 'tap';
import { chooseEdits } from './edits.ts';
import type { District, Person, Section } from './oracle/district.ts';
import { type Expected, expectedState } from './oracle/expected.ts';
import { demoRules } from './profile.ts';

const today = '2026-11-24';

function section(dcid: string, course: string, lastDay: string): Section {
  return {
    dcid,
    course,
    school: '1',
    courseNumber: course,
    courseName: `Course ${course}`,
    number: dcid,
    firstDay: '2026-08-01',
    lastDay,
  };
}

function person(role: Person['role'], dcid: string): Person {
  const none = { email: undefined, givenName: undefined, surname: undefined, grade: undefined };
  return { ...none, key: `${role}:${dcid}`, role, dcid, username: `u${dcid}`, number: dcid, schools: ['1'] };
}

const school = { number: '101', name: 'Maple', lowGrade: undefined, highGrade: undefined, principal: undefined };
const address = { phone: undefined, street: undefined, city: undefined, state: undefined, zip: undefined };

function district(lastDay: string): District {
  return {
    schools: [{ dcid: '1', ...school, ...address }],
    sections: [section('10', '1', lastDay), section('11', '2', lastDay), section('12', '1', lastDay)],
    people: [person('students', '20'), person('students', '21'), person('teachers', '30')],
    enrollments: [
      { dcid: '1', section: '10', student: '20' },
      { dcid: '2', section: '10', student: '21' },
      { dcid: '3', section: '12', student: '21' },
      { dcid: '4', section: '12', student: '21' },
    ],
    teaching: [{ section: '10', teacher: '30' }],
  };
}

function choose(from: District, expected: Expected = expectedOf(from)) {
  return chooseEdits(from, expected, today).map(({ body, checks, writes }) => ({ body: body[0], checks, writes }));
}

function expectedOf(from: District): Expected {
  return expectedState(from, [], demoRules({ mode: 'create', teams: false }, { students: 's', teachers: 't' }));
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
  ]);
});

t.test('when the term is over, a co-teacher takes the place of the new enrollment', async (t) => {
  const edits = choose(district('2018-06-30'));
  t.strictSame(
    edits.map(({ body }) => body),
    [
      { op: 'drop', ccId: 1 },
      { op: 'renameCourse', courseId: 2, name: 'Course 2 (renamed)' },
      { op: 'addCoTeacher', sectionId: 11, userId: 30, startDate: today },
    ],
  );
  t.equal(edits[2]?.writes, 2, 'owner and member');
});

t.test('people without an account are left alone', async (t) => {
  const from = district('2026-12-20');
  const nobody: Expected = { ...expectedOf(from), users: [] };
  t.strictSame(
    choose(from, nobody).map(({ body }) => body),
    [
      { op: 'renameCourse', courseId: 2, name: 'Course 2 (renamed)' },
      { op: 'renameSchool', schoolId: 1, name: 'Maple (renamed)' },
    ],
  );
});
