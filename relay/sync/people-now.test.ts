/** One person who is provisioned at once, against the Microsoft simulator: all of theirs is done, and nothing else. */
import t, { type Test } from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { provisionPerson } from '../app/commands/provision-person.ts';
import { type Provisioning, provisioningNow } from '../app/queries/provisioning.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { addExempt } from '../store/accounts/exempt.ts';
import { readLinks } from '../store/accounts/links.ts';
import { readHolds } from '../store/guard/holds.ts';
import { readRecentChanges } from '../store/guard/recent-changes.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { addBlackout } from '../store/runs/blackouts.ts';
import { lastRun } from '../store/runs/journal.ts';
import { listRuns } from '../store/runs/run-history.ts';
import { type District, type Dump, openDistrict, profileFor, smallRoster } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';
import type { HowToRun } from '../testing/mid-run.ts';

const create = { students: 'create', teachers: 'create' } as const;
const match = { students: 'match', teachers: 'match' } as const;
const terminal = { kind: 'terminal', user: 'kim' } as const;

async function open(t: Test, mode: typeof create | typeof match, students: number): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: mode === match });
  t.teardown(() => district.close());
  await district.commit(smallRoster(students));
  return district;
}

const ask = (district: District, person: string) =>
  provisionPerson(district, terminal, { tenant: district.tenantId, person });

const seen = ({ store, tenantId, clock }: District, id: string) =>
  store.readTenant(tenantId, (scope) => provisioningNow(scope, id, clock.now()));

/** Has the person provisioned in a turn for nothing else. */
async function provision(district: District, person: string, how: HowToRun = {}): Promise<Provisioning> {
  const { id } = await ask(district, person);
  await district.run({ ...how, isForPeople: true });
  return await seen(district, id);
}

async function use(district: District, change: object): Promise<void> {
  const profile: Profile = parseProfile({ ...profileFor(match), ...change }, 'test');
  district.profile = profile;
  await district.store.withTenant(district.tenantId, (scope) =>
    setProfile(scope, profile, new Date(district.clock.now())),
  );
}

/** What somebody has: their account, and the classes and schools that they are in. */
function shareOf({ user, class: classes }: Dump, id: string) {
  const account = user.find(({ student, teacher }) => student?.externalId === id || teacher?.externalId === id);
  const isIn = ({ members = [], owners = [] }: Dump['class'][number]) =>
    [...members, ...owners].includes(account?.id ?? '');
  const inClasses = classes.filter(isIn).map(({ externalId }) => externalId);
  return { licenses: account?.licenses?.length, schools: account?.schools?.length, classes: inClasses.sort() };
}

const statuses = ({ steps }: Provisioning) => steps.map(({ stage, status }) => `${stage} ${status}`);
const whole = ['PowerSchool success', 'Profile success', 'Account success', 'Plan success', 'Guard success'];
const writes = ({ microsoft }: District) => microsoft.stats.writes;

t.test(
  'before anything else is there: account, license, school and classes of one person, and nobody in them but them',
  async (t) => {
    const district = await open(t, create, 6);
    const found = await provision(district, 'students:10');
    t.match(found, { state: 'over', outcome: 'done', profile: 'test', run: 1, person: 'students:10', askedBy: 'kim' });
    t.same(statuses(found), whole);
    t.match(found.steps[0], { at: String, values: [{ name: 'username', value: 'student0' }] });
    t.match(found.steps[3]?.fact, /class:50, class:52, class:54/);
    t.same(new Set(found.operations.map(({ state }) => state)), new Set(['success']));
    t.match(
      found.operations.find(({ kind }) => kind === 'createUser'),
      { sentence: /Ana/, reason: 'the person has no account', isNeeded: false, at: String },
    );
    t.same(
      found.operations.filter(({ isNeeded }) => isNeeded).map(({ key }) => key),
      ['school:1', 'class:50', 'class:52', 'class:54'],
    );
    const dump = await district.dump();
    t.same(shareOf(dump, '10'), { licenses: 1, schools: 1, classes: ['50', '52', '54'] });
    t.same([dump.user.length, dump.school.length, dump.class.length], [1, 1, 3]);
    t.same(
      dump.class.map(({ members, owners }) => [members?.length, owners?.length ?? 0]),
      Array(3).fill([1, 0]),
    );
    const runs = await district.store.readTenant(district.tenantId, (scope) => listRuns(scope, { limit: 9 }));
    t.match(runs, [{ person: 'students:10', state: 'success', done: found.operations.length, profile: 'test' }]);
    t.equal(await district.store.readTenant(district.tenantId, (scope) => lastRun(scope, 'test')), undefined);

    const before = writes(district);
    const again = await provision(district, 'students:10');
    t.match(again, { outcome: 'nothing', run: null, operations: [] });
    t.equal(writes(district), before, 'repeated, it writes nothing');

    t.match(await district.run(), { state: 'success', failed: 0 });
    const rest = await district.dump();
    t.same([rest.user.length, rest.school.length, rest.class.length], [10, 2, 6], 'the rest follows, nothing twice');
    t.match(await district.run(), { done: 0 });
  },
);

t.test('a person of two, in order: each has a run, what both need is created once', async (t) => {
  const district = await open(t, create, 6);
  const [first, second, same] = [
    await ask(district, 'students:10'),
    await ask(district, 'teachers:90'),
    await ask(district, '4000'),
  ];
  t.same([second.isNew, same], [true, { id: first.id, person: 'students:10', isNew: false }]);
  await district.run({ isForPeople: true });
  t.match(await seen(district, first.id), { outcome: 'done', run: 1 });
  t.match(await seen(district, second.id), { outcome: 'done', run: 2 });
  const dump = await district.dump();
  t.same([dump.user.length, dump.school.length, dump.class.length], [2, 1, 3]);
  t.same(shareOf(dump, '90').classes, ['50', '54']);
});

t.test('in the middle of a first load the person goes ahead, and the load goes on', async (t) => {
  const students = 160;
  const district = await openDistrict({ dir: t.testdir(), mode: match, students, accounts: true, speed: 1 / 4 });
  t.teardown(() => district.close());
  await district.commit(smallRoster(students));
  let id = '';
  const meanwhile = {
    after: 12,
    async edit() {
      id = (await ask(district, 'students:1159')).id;
    },
  };
  t.match(await district.run({ meanwhile }), { state: 'success', failed: 0 });
  const { store, tenantId } = district;
  const runs = await store.readTenant(tenantId, (scope) => listRuns(scope, { limit: 9 }));
  t.match(runs, [
    { number: 2, person: 'students:1159' },
    { number: 1, person: null, failed: 0 },
  ]);
  const found = await seen(district, id);
  t.match(found, { outcome: 'done', run: 2 });
  const rows = await store.readTenant(tenantId, ({ db }) =>
    db.selectFrom('operation').select('run_id').orderBy('seq').execute(),
  );
  const last = rows.findLastIndex((row) => row.run_id === runs[0]?.id);
  t.ok(last > 0 && last < rows.length / 2, `the last of theirs is number ${last} of ${rows.length}`);
  const dump = await district.dump();
  t.same(shareOf(dump, '1159').classes.length, 3);
  t.same([dump.school.length, dump.class.length], [2, 6]);
  t.match(await district.run(), { done: 0 }, 'nothing is left');
});

t.test('a turn that is killed: the next one takes the person up, and creates nothing twice', async (t) => {
  for (const killedAfter of takesAll ? [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] : [5, 9]) {
    const district = await openDistrict({ dir: t.testdir(), mode: create, students: 2, accounts: false });
    await district.commit(smallRoster(2));
    const { id } = await ask(district, 'students:10');
    await district.run({ isForPeople: true, killedAfter }).catch(() => undefined);
    district.restart();
    district.clock.advance(60_000);
    await district.run({ isForPeople: true });
    t.match((await seen(district, id)).outcome, /^(done|nothing)$/, `killed after ${killedAfter} requests`);
    const dump = await district.dump();
    t.same([dump.user.length, dump.school.length, dump.class.length], [1, 1, 3]);
    t.same(shareOf(dump, '10'), { licenses: 1, schools: 1, classes: ['50', '52', '54'] });
    await district.close();
  }
});

t.test('what the guard holds stays held, and what passes counts', async (t) => {
  const district = await open(t, match, 40);
  await district.run();
  const roster = smallRoster(40);
  const isHalf = (record: RosterRecord) => record.kind === 'studentEnrollment' && Number(record.studentId) % 2 === 0;
  await district.commit(roster.filter((record) => !isHalf(record)));
  const before = writes(district);
  const held = await provision(district, 'students:10');
  t.match(held, { outcome: 'held', run: null });
  t.match(held.steps.at(-1), { stage: 'Guard', status: 'held', fact: /holds 3 operations/, next: /holds approve/ });
  t.same(new Set(held.operations.map(({ state, kind }) => `${kind} ${state}`)), new Set(['removeMember held']));
  t.equal(writes(district), before, 'nothing was written');
  t.same(
    await district.store.readTenant(district.tenantId, (scope) => readHolds(scope)),
    [],
    'the run of the profile opens holds',
  );

  await district.commit(roster.filter(({ id }) => id !== '300'));
  t.match(await provision(district, 'students:10'), {
    outcome: 'done',
    operations: [{ kind: 'removeMember', state: 'success' }],
  });
  const recent = await district.store.readTenant(district.tenantId, readRecentChanges);
  t.match(recent, [{ kind: 'removeMember', schoolId: '1', inSchool: 1 }], 'it counts for a day');
});

t.test('whoever is not provisioned, and where nothing may be written: says why, and writes nothing', async (t) => {
  const district = await open(t, match, 8);
  await district.run();
  const { store, tenantId } = district;
  const exempt = { account: 'student1@contoso.edu', reason: 'VIP', addedAt: '2026-12-01T00:00:00Z', addedBy: 'kim' };
  await store.withTenant(tenantId, (scope) => addExempt(scope, exempt));
  const stranger = { kind: 'student', id: '199', schoolId: '1', username: 'nobody', studentNumber: '9999' } as const;
  const twin = { ...stranger, id: '198', username: 'twin', studentNumber: '4000' };
  const gone = smallRoster(8).filter((one) => one.id !== '17' && !('studentId' in one && one.studentId === '17'));
  const changed = gone.map((one) => (one.id === '12' && one.kind === 'student' ? { ...one, grade: '10' } : one));
  await district.commit([...changed, stranger, twin]);
  const left = await provision(district, 'students:17');
  t.match(
    left,
    { outcome: 'done', steps: [{ status: 'skipped', fact: /no longer/ }] },
    'who has left, leaves the classes',
  );
  t.same(new Set(left.operations.map(({ kind }) => kind)), new Set(['removeMember']));
  const before = writes(district);
  const cases: [person: string, outcome: string, step: object][] = [
    ['students:11', 'skipped', { stage: 'Account', status: 'skipped', fact: /VIP/ }],
    ['students:199', 'skipped', { stage: 'Account', status: 'failed', fact: /9999|no account/i, next: String }],
    ['students:198', 'skipped', { stage: 'Account', status: 'failed', next: String }],
    ['students:17', 'nothing', { stage: 'PowerSchool', status: 'skipped', fact: /no longer/ }],
  ];
  for (const [person, outcome, step] of cases) {
    const found = await provision(district, person);
    t.match(found, { outcome, run: null }, person);
    t.match(
      found.steps.find(({ stage }) => stage === (step as { stage: string }).stage),
      step,
      person,
    );
  }
  await use(district, { schools: ['2'] });
  t.match(await provision(district, 'students:12'), {
    outcome: 'skipped',
    steps: [{}, { stage: 'Profile', fact: /No profile covers school 1/ }],
  });
  for (const [change, fact] of [
    [{ state: 'preview' }, /preview/],
    [{ state: 'paused' }, /paused/],
    [{ dates: { startsOn: '2999-01-01' } }, /starts on 2999/],
  ] as const) {
    await use(district, change);
    const found = await provision(district, 'students:12');
    t.match(found, { outcome: 'shown', run: null });
    t.match(found.operations, [{ kind: 'updateUser', state: 'skipped' }]);
    t.match(found.steps.at(-1), { stage: 'Write', status: 'skipped', fact, next: String });
  }
  t.equal(writes(district), before);
  await use(district, { schedule: { hours: { from: '00:00', to: '00:01' } } });
  t.match(await provision(district, 'students:12'), { outcome: 'done' }, 'hours are for the rest');
  await t.rejects(ask(district, 'students:4711'), { code: 'PERSON_NOT_FOUND' });
  const day = new Date(district.clock.now()).toISOString().slice(0, 10);
  const blackout = { from: day, to: '2999-01-01', reason: 'Exams', addedAt: day, addedBy: 'kim' };
  await store.withTenant(tenantId, (scope) => addBlackout(scope, blackout));
  await t.rejects(ask(district, 'students:12'), { code: 'PROVISION_IN_BLACKOUT', message: /Exams/ });
  t.ok((await store.readTenant(tenantId, readLinks)).length > 0);
});
