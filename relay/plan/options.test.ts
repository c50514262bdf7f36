/** How the options of a profile change the plan. */

import t from 'tap';
import { nothingApplied } from '../model/applied-state.ts';
import { asSchoolId, asSectionId } from '../model/keys.ts';
import { countOperations, type Plan } from '../model/operation.ts';
import { personOf } from '../model/person.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { applyAll, desire, profile, type Roster, small, today } from '../testing/planning.ts';
import { userBody } from './bodies.ts';
import { daysBefore, isOpen, presence } from './dates.ts';
import { cut, replaceUnsupported } from './names-of-classes.ts';
import { makePlan } from './plan.ts';

const profileWith = (change: object): Profile => parseProfile({ ...profile, ...change }, 'test');

/** The plan for a roster after carrying out the plan for an earlier one. */
function planAfter(before: Roster, after: Roster, by: Profile, date = today): Plan {
  const applied = nothingApplied();
  applyAll(makePlan(desire(before, by, date).desired, applied), applied);
  return makePlan(desire(after, by, date).desired, applied);
}

const nameBy = (classes: object, roster = small) => {
  const { body, creation } = desire(roster, profileWith({ classes })).desired.classes.get(asSectionId('5')) ?? {};
  return body?.displayName ?? creation?.displayName;
};

t.test('names classes by the pattern', async (t) => {
  const name = '{courseNumber} {courseName}[, {period}] ({teacher}, {schoolName}/{schoolNumber}, {termName})';
  t.equal(nameBy({ name }), "M1 Math (Kim O'Neil, High/100, 26-27)");
  const withPeriod = { ...small, section: small.section.map((one) => ({ ...one, period: '3(A)' })) };
  t.equal(nameBy({ name: '{courseName}[ P{period}] {teacherSurname}' }, withPeriod), "Math P3(A) O'Neil");
  t.equal(nameBy({ name: '{period}' }), 'Math - 2', "an empty name is replaced by PowerSchool's");
  const lead = (id: string, isLead?: true) => ({
    ...{ kind: 'teacherRoster' as const, id, schoolId: '1', sectionId: '5' },
    ...{ teacherId: id, ...(isLead && { isLead }) },
  });
  const teacher = (id: string, surname: string) => ({ kind: 'teacher' as const, id, schoolId: '1', surname });
  const two = {
    ...small,
    teacher: [teacher('9', 'Young'), teacher('10', 'Old')],
    teacherRoster: [lead('9'), lead('10', true)],
  };
  t.equal(nameBy({ name: '{teacherSurname}' }, two), 'Old', 'the lead teacher');
  const none = { ...two, teacherRoster: [lead('10'), lead('9')] };
  t.equal(nameBy({ name: '{teacherSurname}' }, none), 'Young', 'without one, the first of the current teachers');
});

t.test('a school gets what its own profile has chosen, whatever agents send for other profiles', async (t) => {
  const known = { lowGrade: '9', highGrade: '12', phone: '555-0100', city: 'Contoso', state: 'WA' };
  const roster = { ...small, school: small.school.map((one) => ({ ...one, ...known })) };
  const bodyBy = (school: string[]) => {
    const { properties } = profileWith({});
    return [...desire(roster, profileWith({ properties: { ...properties, school } })).desired.schools.values()][0];
  };
  const none = bodyBy([]);
  t.match(none, { displayName: 'High', schoolNumber: '100' });
  t.notOk(
    Object.keys(none ?? {}).some((name) => /Grade|phone|address/.test(name)),
    'nothing that was not chosen',
  );
  t.strictSame(bodyBy(['lowGrade', 'city']), { ...none, lowestGrade: '09', address: { city: 'Contoso' } });
});

t.test(
  'replaces unsupported characters if chosen, never white space, and cuts names at whole characters',
  async (t) => {
    const odd = { ...small, section: small.section.map((one) => ({ ...one, courseName: 'A/B: "C" #1 & more' })) };
    t.equal(nameBy({}, odd), 'A/B: "C" #1 & more - 2');
    t.equal(nameBy({ unsupportedCharacters: 'replace' }, odd), 'A_B_ _C_ _1 _ more - 2');
    t.equal(replaceUnsupported('a\tb c|d'), 'a\tb c_d');
    t.equal(cut('aé😀b', 4), 'aé😀');
    t.equal(cut('aé😀b', 3), 'aé', 'never half a character');
  },
);

t.test("a name that is written once keeps teachers' changes", async (t) => {
  const once = profileWith({ classes: { displayName: 'create-only' } });
  const [create] = planAfter({ ...small, section: [] }, small, once);
  t.match(create, { kind: 'createClass', body: { displayName: 'Math - 2', externalName: 'Math - 2' } });
  const renamed = { ...small, section: small.section.map((one) => ({ ...one, courseName: 'Algebra' })) };
  const [update, ...rest] = planAfter(small, renamed, once);
  t.match(update, { kind: 'updateClass', body: { externalName: 'Algebra - 2' } });
  t.notMatch(update, { body: { displayName: String } });
  t.same(rest, []);
});

t.test('a class opens some days before its term, with everyone who is in it from the first day', async (t) => {
  const startsWithTerm: Roster = {
    ...small,
    term: small.term.map((one) => ({ ...one, startDate: '2026-12-08' })),
    studentEnrollment: [
      ...small.studentEnrollment.map((one) => ({ ...one, startDate: '2026-12-08' })),
      { kind: 'studentEnrollment', id: '31', schoolId: '1', sectionId: '5', studentId: '11', startDate: '2026-12-09' },
    ],
    student: [...small.student, { kind: 'student', id: '11', schoolId: '1', studentNumber: '4712' }],
    teacherRoster: small.teacherRoster.map(({ endDate: _, ...one }) => one),
  };
  const early = profileWith({ dates: { openDaysBefore: 14 } });
  t.same(desire(startsWithTerm, early, '2026-11-23').desired.classes.size, 0);
  const opened = desire(startsWithTerm, early, '2026-11-24').desired;
  t.same(
    [...(opened.members.get(asSectionId('5')) ?? [])].sort(),
    ['students:10', 'teachers:20'],
    'not those who come later',
  );
  const plain = desire(startsWithTerm, profile, '2026-11-24').desired;
  t.same(
    [...(plain.members.get(asSectionId('5')) ?? [])],
    ['teachers:20'],
    'without the option, each person has their own day',
  );
  const applied = nothingApplied();
  applyAll(makePlan(plain, applied), applied);
  t.same(makePlan(desire(startsWithTerm, early, '2026-11-23').desired, applied), [], 'an existing class stays');
  t.equal(daysBefore('2026-03-01', 1), '2026-02-28');
  t.ok(isOpen(undefined, early.dates, today), 'without a term there is nothing to wait for');
});

t.test('students wait for their day, and those already in a class stay', async (t) => {
  const waiting = profileWith({ dates: { studentsFrom: '2026-11-25' } });
  t.same([...(desire(small, waiting).desired.members.get(asSectionId('5')) ?? [])], ['teachers:20']);
  t.ok(
    desire(small, waiting, '2026-11-25').desired.members.get(asSectionId('5'))?.has('students:10'),
    'the day itself counts',
  );
  const applied = nothingApplied();
  applyAll(makePlan(desire(small, profile).desired, applied), applied);
  t.same(makePlan(desire(small, waiting).desired, applied), []);
  const dropped = { ...small, studentEnrollment: [] };
  t.same(countOperations(makePlan(desire(dropped, waiting).desired, applied)), { removeMember: 1 });
  const [enrollment] = small.studentEnrollment;
  t.equal(enrollment && presence({ ...enrollment, endDate: today }, undefined, waiting.dates, today), 'out');
});

t.test('policies decide what happens to people who left a class', async (t) => {
  const empty = { ...small, studentEnrollment: [] };
  t.same(planAfter(small, empty, profileWith({ policies: { studentLeftClass: 'keep' } })), []);

  const remove = profileWith({ policies: { teacherLeftClass: 'remove' } });
  const successor: Roster = {
    ...small,
    teacher: [...small.teacher, { kind: 'teacher', id: '21', schoolId: '1', username: 'lee' }],
    teacherRoster: [{ kind: 'teacherRoster', id: '41', schoolId: '1', sectionId: '5', teacherId: '21' }],
  };
  const plan = planAfter(small, successor, remove).filter(({ key }) => key === 'class:5');
  t.match(plan, [
    { kind: 'addOwners', people: ['teachers:21'] },
    { kind: 'addMembers', people: ['teachers:21'] },
    { kind: 'removeOwner', personKey: 'teachers:20', reason: /no longer teaches/ },
    { kind: 'removeMember', personKey: 'teachers:20' },
  ]);
  t.same(
    planAfter(small, { ...small, teacherRoster: [] }, remove),
    [],
    'the last owner stays until someone takes over',
  );
});

t.test('assigns licenses per person or through a group, and only once', async (t) => {
  const teachers = Array.from({ length: 25 }, (_, index) => ({
    ...{ kind: 'teacher' as const, id: String(100 + index), schoolId: '1', username: `t${index}` },
  }));
  const many = { ...small, teacher: [...small.teacher, ...teachers] };
  const group = 'a7e30c5b-0000-4000-8000-000000000001';
  const byGroup = profileWith({ licenses: { students: null, teachers: { group }, usageLocation: 'US' } });
  const applied = nothingApplied();
  const first = makePlan(desire(many, byGroup).desired, applied);
  const joins = first.filter((operation) => operation.kind === 'addToLicenceGroup');
  t.same(
    joins.map((operation) => [operation.key, operation.people.length]),
    [
      [`licence:${group}`, 20],
      [`licence:${group}`, 6],
    ],
    'twenty people in one request',
  );
  applyAll(first, applied);
  t.same(makePlan(desire(many, byGroup).desired, applied), []);

  const skuId = '6fd2c87f-b296-42f0-b197-1e91e994b900';
  const plans = (...disabledPlans: string[]) =>
    profileWith({ licenses: { students: null, teachers: { skuId, disabledPlans }, usageLocation: 'US' } });
  const other = nothingApplied();
  for (const by of [plans(), plans(group), plans()]) {
    const again = makePlan(desire(small, by).desired, other);
    t.same(countOperations(again.filter(({ kind }) => kind === 'assignLicence')), { assignLicence: 1 });
    applyAll(again, other);
  }
  t.same(
    [...other.licenses].filter(([, people]) => people.size > 0).map(([key]) => key),
    [skuId],
    'other plans of the same SKU replace the earlier ones',
  );
});

t.test('an earlier account of a person says nothing about the current one', async (t) => {
  const applied = nothingApplied();
  applyAll(makePlan(desire(small).desired, applied), applied);
  const before = applied.users.get('students:10');
  if (before !== undefined) applied.users.set('students:10', { ...before, objectId: 'of before' });
  t.match(makePlan(desire(small).desired, applied), [
    { kind: 'updateUser', personKey: 'students:10', before: {}, body: { primaryRole: 'student' } },
  ]);
});

t.test('a home room is the office of accounts that Hallpass created, if the profile has chosen it', async (t) => {
  const record = {
    kind: 'student' as const,
    id: '10',
    schoolId: '1',
    givenName: 'Ana',
    homeRoom: ` ${'R'.repeat(200)}`,
  };
  const person = personOf('students', '10', [record]);
  const chosen = profileWith({ properties: { student: ['homeRoom'] } });
  t.strictSame(userBody(person, chosen, true).officeLocation, 'R'.repeat(128), 'as much as Graph accepts');
  t.notOk('officeLocation' in userBody(person, chosen, false), 'an existing account keeps its office');
  t.notOk('officeLocation' in userBody(person, profileWith({}), true));
  t.notOk('officeLocation' in userBody(personOf('students', '10', [{ ...record, homeRoom: undefined }]), chosen, true));
});

t.test('writes grade levels as reference codes, as the profile says, or unchanged', async (t) => {
  const gradeBy = (grade: string, grades?: unknown) => {
    const roster = { ...small, student: small.student.map((one) => ({ ...one, grade })) };
    const user = desire(roster, profileWith(grades === undefined ? {} : { grades })).desired.users.get('students:10');
    t.equal(user?.person.grade, grade, 'the record has the raw value');
    return Object(user?.body.student).grade as string;
  };
  const written = ['-3', '-2', '-1', '0', '1', '9', '10', '12', '13', '14', '99'].map((grade) => gradeBy(grade));
  t.same(written, ['PK', 'PK', 'PK', 'KG', '01', '09', '10', '12', '13', '14', '99']);
  t.equal(gradeBy('-1', { '-1': 'TK' }), 'TK');
  t.equal(gradeBy('0', { '-1': 'TK' }), 'KG', 'the others do not change');
  t.equal(gradeBy('-1', 'raw'), '-1');
  t.throws(() => profileWith({ grades: { '-1': '' } }));
  const roster = { ...small, school: small.school.map((one) => ({ ...one, lowGrade: '-1', highGrade: '5' })) };
  const { properties } = profileWith({});
  const by = profileWith({ properties: { ...properties, school: ['lowGrade', 'highGrade'] } });
  t.match(desire(roster, by).desired.schools.get(asSchoolId('1')), { lowestGrade: 'PK', highestGrade: '05' });
});

t.test("gives a change of format as the reason when only the grade level's format changes", async (t) => {
  const reasons = (before: Profile, after: Profile, grade = '9') => {
    const applied = nothingApplied();
    applyAll(makePlan(desire(small, before).desired, applied), applied);
    const roster = { ...small, student: small.student.map((one) => ({ ...one, grade })) };
    return makePlan(desire(roster, after).desired, applied).map(({ kind, reason }) => `${kind}: ${reason}`);
  };
  const raw = profileWith({ grades: 'raw' });
  t.same(reasons(raw, profileWith({})), ['updateUser: the profile writes grade level 9 as 09']);
  t.same(reasons(profileWith({}), profileWith({}), '10'), ['updateUser: the person changed in PowerSchool']);
  t.same(reasons(raw, profileWith({}), '10'), ['updateUser: the person changed in PowerSchool']);
});

t.test('people who dropped a class and people whose term is over have separate policies', async (t) => {
  const [term] = small.term;
  const endsOn = term?.endDate ?? '';
  const enrolled = (endDate?: string) => ({
    ...small,
    studentEnrollment: small.studentEnrollment.map((one) => ({ ...one, ...(endDate && { endDate }) })),
  });
  const absent = { ...small, studentEnrollment: [] };
  const nextDay = daysBefore(endsOn, -1);
  const cases: [what: string, after: Roster, date: string, policies: object, removed: string | undefined][] = [
    ['dropped', enrolled('2026-11-20'), today, { studentTermEnded: 'keep' }, 'the student is no longer in the section'],
    ['dropped', enrolled('2026-11-20'), today, { studentLeftClass: 'keep', studentTermEnded: 'remove' }, undefined],
    [
      'dropped, and the row is gone',
      absent,
      today,
      { studentTermEnded: 'keep' },
      'the student is no longer in the section',
    ],
    ['over, by the last day', enrolled(nextDay), nextDay, { studentTermEnded: 'keep' }, undefined],
    ['over, by the last day', enrolled(endsOn), endsOn, { studentTermEnded: 'keep' }, undefined],
    [
      'over',
      enrolled(nextDay),
      nextDay,
      { studentLeftClass: 'keep', studentTermEnded: 'remove' },
      'the term of the section is over',
    ],
    ['left after the term was over', absent, nextDay, { studentTermEnded: 'keep' }, undefined],
    [
      'dropped, and then the term was over',
      enrolled('2026-11-20'),
      nextDay,
      { studentTermEnded: 'keep' },
      'the student is no longer in the section',
    ],
    [
      'the day before the last',
      enrolled(daysBefore(endsOn, 1)),
      endsOn,
      { studentTermEnded: 'keep' },
      'the student is no longer in the section',
    ],
    ['an old document', enrolled(nextDay), nextDay, {}, 'the term of the section is over'],
    ['an old document', enrolled(nextDay), nextDay, { studentLeftClass: 'keep' }, undefined],
    ['an old document', absent, today, { studentLeftClass: 'keep' }, undefined],
  ];
  for (const [what, after, date, policies, reason] of cases) {
    const by = profileWith({ policies });
    const applied = nothingApplied();
    applyAll(makePlan(desire(small, by, '2026-10-01').desired, applied), applied);
    const plan = makePlan(desire(after, by, date, applied).desired, applied);
    const removed = plan.filter(({ kind }) => kind === 'removeMember').map((operation) => operation.reason);
    t.same(removed, reason === undefined ? [] : [reason], `${what} on ${date} by ${JSON.stringify(policies)}`);
  }
});

t.test('teachers have the same two policies', async (t) => {
  const [term] = small.term;
  const endsOn = term?.endDate ?? '';
  const two: Roster = {
    ...small,
    teacher: [...small.teacher, { kind: 'teacher', id: '21', schoolId: '1', username: 'lee' }],
    teacherRoster: ['20', '21'].map((teacherId) => ({
      ...{ kind: 'teacherRoster', id: `4${teacherId}`, schoolId: '1', sectionId: '5', teacherId },
      ...(teacherId === '21' ? { endDate: endsOn } : {}),
    })) as Roster['teacherRoster'],
  };
  const removedOn = (date: string, policies: object) => {
    const by = profileWith({ policies });
    const applied = nothingApplied();
    applyAll(makePlan(desire(two, by, '2026-10-01').desired, applied), applied);
    return makePlan(desire(two, by, date, applied).desired, applied).map(({ kind }) => kind);
  };
  const nextDay = daysBefore(endsOn, -1);
  t.same(removedOn(nextDay, { teacherTermEnded: 'remove' }), ['removeOwner', 'removeMember']);
  t.same(removedOn(nextDay, { teacherLeftClass: 'remove', teacherTermEnded: 'keep' }), []);
  t.same(removedOn(nextDay, { teacherLeftClass: 'remove' }), ['removeOwner', 'removeMember']);
  t.same(removedOn(nextDay, {}), []);
});

t.test('a pre-registered student gets an account and the class in time, if the profile says so', async (t) => {
  const early: Roster = {
    ...small,
    student: [
      ...small.student,
      { kind: 'student', id: '11', schoolId: '1', studentNumber: '4712', preRegistered: true },
    ],
    studentEnrollment: [
      ...small.studentEnrollment,
      { kind: 'studentEnrollment', id: '31', schoolId: '1', sectionId: '5', studentId: '11', startDate: '2027-01-11' },
    ],
  };
  const on = (date: string, change: object) => {
    const { users, members } = desire(early, profileWith(change), date).desired;
    return [users.has('students:11'), members.get(asSectionId('5'))?.has('students:11')];
  };
  t.same(on('2027-01-20', {}), [false, false], 'without the option they do not count');
  t.same(on(today, { preRegistered: true }), [true, false]);
  t.same(on('2027-01-10', { preRegistered: true }), [true, false]);
  t.same(on('2027-01-11', { preRegistered: true }), [true, true]);
  const dates = { openDaysBefore: 7 };
  t.same(on('2027-01-03', { preRegistered: true, dates }), [true, false]);
  t.same(on('2027-01-04', { preRegistered: true, dates }), [true, true]);
});
