import t from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { asGroupingId, asSectionId } from '../model/keys.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { answerOf, explain } from './explain.ts';
import { readFacts } from './facts.ts';
import type { Facts, GroupFacts } from './known.ts';

const whole: Facts = {
  today: '2026-11-24',
  committedAt: '2026-11-24T08:00:00Z',
  arriving: false,
  profile: { name: 'all schools', state: 'enabled', preRegistered: false },
  source: 'powerquery',
  lastRun: { finishedAt: '2026-11-24T08:01:00Z', state: 'success' },
  waits: { operations: [], refusals: [], progress: undefined, nameOf: (object) => object },
  holds: [],
  person: {
    asked: '10',
    subject: 'students:10',
    schoolIds: ['1'],
    wasThere: false,
    departure: undefined,
    goneSchools: [],
    inScope: true,
    preRegistered: false,
    schoolsEnded: undefined,
    rivals: [],
    link: { objectId: 'o1', rule: 'studentNumber = mailNickname', linkedAt: '2026-11-24T08:00:30Z' },
    deleted: undefined,
    problems: [],
    license: undefined,
    stamped: true,
    groups: [],
  },
  byHand: [],
  class: {
    sectionId: '50',
    name: 'Math - 1',
    departure: undefined,
    inScope: true,
    termEnded: undefined,
    madeAt: undefined,
    objectId: 'g1',
    memberships: [{ id: '30', startDate: '2026-08-01', endDate: '2027-06-01', current: true }],
    openDaysBefore: 0,
    isMember: true,
    leavers: { what: 'remove', option: 'studentLeftClass' },
    isLastOwner: false,
    problems: [],
    team: undefined,
    operations: [],
  },
};

function answer(
  person: Partial<Facts['person']>,
  section: Partial<NonNullable<Facts['class']>> = {},
  rest: Partial<Facts> = {},
) {
  const facts = { ...whole, ...rest, person: { ...whole.person, ...person }, class: { ...whole.class, ...section } };
  return answerOf(explain(facts as Facts));
}

t.test('reports nothing wrong when everything is in order', async (t) => {
  t.equal(answer({}), undefined);
});

t.test('says how far the team of a class is', async (t) => {
  const since = '2026-11-24T08:00:00Z';
  const known = (state: 'waiting' | 'accepted' | 'there', objectId = 'g1') => ({
    team: { known: { objectId, state, since }, activation: undefined, problems: [] },
  });
  t.equal(answer({}, known('there')), undefined);
  const activation = (state: 'waiting' | 'active' | 'gone', objectId = 'g1') =>
    answer({}, { team: { ...known('there').team, activation: { objectId, state, since } } });
  t.match(activation('waiting'), { stage: 'Team', status: 'waiting', fact: /waits for a teacher/, at: since });
  t.equal(activation('active'), undefined);
  t.equal(activation('gone'), undefined);
  t.equal(activation('waiting', 'a class of before'), undefined);
  t.match(answer({}, known('accepted')), { stage: 'Team', status: 'waiting', fact: /is creating/, at: since });
  t.match(answer({}, known('waiting')), { stage: 'Team', status: 'waiting', fact: /does not know the class yet/ });
  t.match(answer({}, known('there', 'a class of before')), { stage: 'Team', fact: /not a team yet/, next: /next run/ });
  const problem = { code: 'ClassWithoutOwner', message: 'No teacher.', action: 'Assign one.', firstAt: since };
  t.match(answer({}, { team: { known: undefined, activation: undefined, problems: [problem] } }), {
    stage: 'Team',
    status: 'stopped',
    fact: 'ClassWithoutOwner: No teacher.',
    next: 'Assign one.',
  });
  t.match(answer({}, { objectId: undefined, team: { known: undefined, activation: undefined, problems: [problem] } }), {
    stage: 'Class',
  });
});

t.test('answers with the first step that is not in order, and who does what next', async (t) => {
  t.match(answer({}, {}, { committedAt: null }), { stage: 'PowerSchool', next: /Start the agent/ });
  t.match(answer({ schoolIds: [], wasThere: true }), { stage: 'PowerSchool', fact: /no longer active/ });
  const departure = { since: '2026-11-20', policy: undefined, done: undefined };
  const gone = (more: object) => answer({ schoolIds: [], wasThere: true, departure: { ...departure, ...more } });
  t.match(gone({}), { fact: /missed since 2026-11-20\. Account and school stay as they are/ });
  const policy = { what: 'the account is disabled', from: '2026-12-04' };
  t.match(gone({ policy }), { fact: /From 2026-12-04 on, by policy: the account is disabled/ });
  t.match(gone({ policy, done: 'The account is disabled.' }), { fact: /2026-11-20\. The account is disabled\.$/ });
  const waiting = {
    key: 'disableUser:1:share',
    kind: 'disableUser',
    reason: 'Too many.',
    firstSeen: '2026-12-04T00:00:00Z',
  } as const;
  t.match(answer({ schoolIds: [], wasThere: true, departure: { ...departure, policy } }, {}, { holds: [waiting] }), {
    status: 'waiting',
    next: /holds approve \(or reject\) TENANT disableUser:1:share/,
  });
  t.match(
    answer({}, { name: undefined, departure: { ...departure, policy: { what: 'archiveTeam', from: '2026-12-04' } } }),
    {
      stage: 'Section',
      fact: /no section .* by policy: archiveTeam/,
    },
  );
  t.match(answer({}, {}, { profile: undefined }), { stage: 'Profile', next: /profile set/ });
  t.match(answer({ inScope: false }), { stage: 'Profile', fact: /does not cover school 1/ });
  const problem = {
    code: 'UnmatchedEntry',
    message: 'No account.',
    action: 'Make one.',
    firstAt: '2026-11-01T00:00:00Z',
  };
  t.match(answer({ link: undefined, problems: [problem] }), {
    stage: 'Account',
    next: 'Make one.',
    at: problem.firstAt,
  });
  t.match(answer({ link: undefined }), { stage: 'Account', status: 'waiting' });
  t.match(answer({ license: { skuId: 's', assigned: false } }), { stage: 'License', status: 'waiting' });
  t.match(answer({}, { name: undefined }), { stage: 'Section', fact: /no section 50/ });
  t.match(answer({}, { memberships: [] }), { stage: 'Enrollment', fact: /dropped/ });
  const future = { id: '30', startDate: '2027-01-10', endDate: undefined, current: false };
  t.match(answer({}, { memberships: [future], isMember: false }), {
    stage: 'Enrollment',
    status: 'waiting',
    fact: /2027-01-10/,
  });
  t.match(answer({}, { objectId: undefined }), { stage: 'Class', status: 'waiting' });
  t.match(answer({}, { isMember: false }), { stage: 'Membership', status: 'waiting' });
  const refused = { kind: 'addMembers', state: 'failed', at: 'x', reason: 'r', error: 'GRAPH_REJECTED: no' };
  t.match(answer({}, { isMember: false, operations: [refused] }), {
    stage: 'Membership',
    status: 'stopped',
    fact: /no$/,
  });
});

t.test('says for a pre-registered student which option is missing, and when the class begins', async (t) => {
  const asking = { profile: { name: 'all schools', state: 'enabled', preRegistered: true } } as const;
  const gone = { schoolIds: [], inScope: false };
  t.match(answer(gone), { fact: /left out: the profile "all schools" does not have "preRegistered": true\.$/ });
  t.match(answer(gone, {}, asking), { fact: /only if the plugin was written with --pre-registered.*agent check/ });
  t.match(answer(gone, {}, { ...asking, source: 'rest' }), { fact: /would be among them\.$/ });
  t.notMatch(answer({ ...gone, subject: 'teachers:10' })?.fact ?? '', /Pre-registered/);
  t.match(answer({ preRegistered: true }), { stage: 'PowerSchool', status: 'stopped', next: /"preRegistered": true/ });
  t.equal(answer({ preRegistered: true }, {}, asking), undefined);
  const memberships = [{ id: '30', startDate: '2027-01-11', endDate: undefined, current: false }];
  t.match(answer({ preRegistered: true }, { memberships, isMember: false, openDaysBefore: 7 }, asking), {
    ...{ stage: 'Enrollment', status: 'waiting' },
    fact: 'students:10 is pre-registered and in section 50 from 2027-01-11 on: they are in the class from 2027-01-04, 7 days before that.',
  });
});

t.test('a left-out row is the reason if nothing else is known about its record', async (t) => {
  const row = { code: 'RowLeftOut', message: 'STUDENTS 10 is left out.', action: 'Correct it.', firstAt: 'x' };
  const expected = { status: 'stopped', fact: row.message, next: 'Correct it.' };
  t.match(answer({ schoolIds: [], inScope: false, problems: [row] }), { stage: 'PowerSchool', ...expected });
  t.match(answer({}, { name: undefined, problems: [row] }), { stage: 'Section', ...expected });
  t.equal(answer({ problems: [row] }), undefined, 'the last good record still applies');
});

t.test('says when something was over before this school year', async (t) => {
  const termEnded = '2019-06-07';
  t.match(answer({}, { termEnded, objectId: undefined, isMember: false }), {
    ...{ stage: 'Section', status: 'stopped', next: /School Setup > Years & Terms/ },
    fact: 'Section 50 is Math - 1. The last term ended on 2019-06-07, before this school year: Hallpass creates no class.',
  });
  t.equal(answer({}, { termEnded }), undefined, 'a person in an existing class stays');
  t.match(answer({}, { termEnded, isMember: false }), {
    stage: 'Membership',
    fact: /Hallpass adds nobody to the class/,
  });
  t.match(answer({ schoolsEnded: '2019-06-07', link: undefined }), {
    ...{ stage: 'Account', status: 'stopped', next: /Ignore this if it is over/ },
    fact: /2019-06-07, before this school year: Hallpass creates no account for school 1/,
  });
  t.equal(answer({ schoolsEnded: '2019-06-07' }), undefined, 'an existing account stays');
});

t.test('names a hold, or a profile that writes nothing, where it stops something', async (t) => {
  const reason = '200 of 1000 class memberships would end at once.';
  const holds: Facts['holds'] = [
    { key: 'removeMember:1:share', kind: 'removeMember', reason, firstSeen: '2026-11-24T07:00:00Z' },
    { key: 'createUser:1:share', kind: 'createUser', reason, firstSeen: '2026-11-24T07:00:00Z' },
  ];
  const dropped = { memberships: [], isMember: true };
  const steps = explain({ ...whole, holds, class: { ...(whole.class as NonNullable<Facts['class']>), ...dropped } });
  t.match(steps.at(-1), { stage: 'Membership', fact: /held\. 200 of 1000/, next: /removeMember:1:share/ });
  t.match(answer({ link: undefined }, {}, { holds }), { stage: 'Account', status: 'waiting', fact: /held/ });
  t.equal(answer({}, {}, { holds }), undefined);
  const preview = { profile: { name: 'all schools', state: 'preview', preRegistered: false } } as const;
  t.match(answer({}, { isMember: false }, preview), { stage: 'Membership', next: /in preview.*profile enable/ });
});

t.test('the facts of a provisioned district explain members, drops and people without an account', async (t) => {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 8, accounts: true });
  t.teardown(() => district.close());
  const roster = smallRoster(8);
  await district.commit([...roster, { kind: 'student', id: '777', schoolId: '1', studentNumber: '1' }]);
  await district.run();
  const { store, tenantId } = district;
  const ask = async (personId: string, section: string | undefined) => {
    const sectionId = section === undefined ? undefined : asSectionId(section);
    const question = { role: 'students', personId, sectionId } as const;
    const steps = explain(
      await store.withTenant(tenantId, (scope) => readFacts(scope, question, district.clock.now())),
    );
    return { steps, answer: answerOf(steps) };
  };

  const member = await ask('10', '50');
  t.equal(member.answer, undefined);
  t.match(member.steps.at(-1), { stage: 'Membership', fact: /are a member.*addMembers, done/ });
  t.match((await ask('777', undefined)).answer, { stage: 'Account', fact: /UnmatchedEntry/ });
  t.match((await ask('999', undefined)).answer, { stage: 'PowerSchool' });

  const closed: RosterRecord[] = [
    { kind: 'school', id: '9', schoolId: 'district', name: 'Closed', schoolNumber: '900' },
    {
      ...{ kind: 'term', id: '99', schoolId: '9', name: 'Year', yearId: '28' },
      ...{ startDate: '2018-08-20', endDate: '2019-06-07' },
    },
    {
      ...{ kind: 'section', id: '95', schoolId: '9', termId: '99', sectionNumber: '1' },
      ...{ courseNumber: 'C', courseName: 'Course' },
    },
    { kind: 'student', id: '91', schoolId: '9', studentNumber: '91' },
    { kind: 'student', id: '92', schoolId: '1', studentNumber: '92', preRegistered: true },
    { kind: 'studentEnrollment', id: '93', schoolId: '9', sectionId: '95', studentId: '91' },
  ];
  await district.commit([...roster, ...closed]);
  await district.run();
  t.match((await ask('92', undefined)).answer, {
    stage: 'PowerSchool',
    fact: /pre-registered .* skips such students/,
  });
  const past = await ask('91', '95');
  t.match(past.answer, { stage: 'Account', fact: /The last term ended on 2019-06-07/ });
  t.match(past.steps.at(-2), { stage: 'Section', fact: /Hallpass creates no class/ });

  district.clock.advance(1000);
  const dropped = roster.filter((record) => record.id !== '300');
  await district.commit(dropped);
  t.match((await ask('10', '50')).answer, { stage: 'Enrollment', fact: /dropped/ });
  t.match((await ask('10', '50')).steps.at(-1), {
    stage: 'Membership',
    status: 'waiting',
    fact: /the profile removes people who left \("studentLeftClass": "remove"\)/,
    next: /next run does it/,
  });
  await district.run();
  t.match((await ask('10', '50')).steps.at(-1), { status: 'ok', fact: /not a member.*removeMember, done/ });
  t.match((await ask('777', undefined)).answer, { fact: /was in PowerSchool/ });
});

t.test('says in which security groups a person is, and why', async (t) => {
  const group = { id: asGroupingId('students-school-1'), name: 'Students - School 1', isKept: false };
  const stepOf = (change: Partial<GroupFacts>) => {
    const groups = [{ ...group, isWanted: true, isMember: true, ...change }];
    return explain({ ...whole, person: { ...whole.person, groups } }).find(({ stage }) => stage === 'Groups');
  };
  t.match(stepOf({}), {
    status: 'ok',
    fact: 'In the security group "Students - School 1": they are a student of school 1.',
  });
  t.match(stepOf({ isMember: false, name: undefined }), {
    status: 'waiting',
    fact: /^Not in the security group of the students of school 1 yet/,
  });
  t.match(stepOf({ isWanted: false }), { status: 'waiting', fact: /although/ });
  t.match(stepOf({ isWanted: false, isKept: true }), { status: 'ok', fact: /where they stay/ });
});
