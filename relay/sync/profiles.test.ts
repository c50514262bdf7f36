/** Several profiles of one district, on the Microsoft simulator. */
import t, { type Test } from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { lastRun } from '../store/runs/journal.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type District, openDistrict, smallRoster } from '../testing/district.ts';

/** 12 students, and 4 teachers who have accounts under numbers of their own; half of all in school 1, half in school 2. */
const roster = smallRoster(12);

async function open(t: Test): Promise<District> {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 12, accounts: true });
  t.teardown(() => district.close());
  return district;
}

function profileOf(district: District, name: string, changes: object): Profile {
  return parseProfile({ ...district.profile, name, ...changes }, name);
}

const problemsOf = ({ store, tenantId }: District) => store.withTenant(tenantId, readProblems);

/** Names of the classes, and how many are in them. */
async function classes(district: District): Promise<Record<string, number>> {
  const { class: all } = await district.dump();
  return Object.fromEntries(all.map((one) => [one.displayName ?? '', one.members?.length ?? 0]).sort());
}

t.test('each profile provisions its own schools, by its own rules', async (t) => {
  const district = await open(t);
  district.profile = profileOf(district, 'east', { schools: ['1'] });
  district.others = [
    profileOf(district, 'west', { schools: ['2'], classes: { name: 'West {courseName} {sectionNumber}' } }),
  ];
  await district.commit(roster);
  t.match(await district.run(), { state: 'success', failed: 0 });
  t.same(Object.keys(await classes(district)), [
    'Course 0 - 1',
    'Course 2 - 1',
    'Course 4 - 1',
    'West Course 1 1',
    'West Course 3 1',
    'West Course 5 1',
  ]);
  const { school, class: all } = await district.dump();
  t.equal(school.length, 2);
  t.ok(all.every((one) => one.owners?.length === 1));
  for (const name of ['east', 'west']) {
    const run = await district.store.withTenant(district.tenantId, (scope) => lastRun(scope, name));
    t.match(run, { profile: name, state: 'success', failed: 0 });
  }
  const { writes } = district.microsoft.stats;
  t.match(await district.run(), { state: 'success', done: 0 });
  t.equal(district.microsoft.stats.writes, writes, 'nothing is done twice');
});

t.test('a person of two profiles is an error, and is left as they are', async (t) => {
  const district = await open(t);
  district.profile = profileOf(district, 'east', { schools: ['1'] });
  district.others = [profileOf(district, 'rest', { schools: 'all' })];
  await district.commit(roster);
  await district.run();
  const before = await classes(district);

  const [teacher] = roster.filter(({ kind, id }) => kind === 'teacher' && id === '90');
  const both: RosterRecord[] = [
    ...roster.filter(({ id }) => id !== '70'),
    { ...(teacher as RosterRecord & { kind: 'teacher' }), schoolId: '2', surname: 'Renamed' },
    { kind: 'teacherRoster', id: '799', schoolId: '2', sectionId: '51', teacherId: '90' },
  ];
  await district.commit(both);
  t.match(await district.run(), { state: 'errors', done: 0 });
  t.match(await problemsOf(district), [
    { profile: 'east', subject: 'teachers:90', code: 'PersonInTwoProfiles', message: /east, rest/ },
    { profile: 'rest', subject: 'teachers:90', code: 'PersonInTwoProfiles', message: /rest, east/ },
  ]);
  t.same(await classes(district), before, 'neither added nor removed');

  await district.commit(roster);
  district.clock.advance(1000);
  t.match(await district.run(), { state: 'success' });
  t.same(await problemsOf(district), [], 'gone when it is put right');
});

t.test('a school that two profiles name is provisioned by neither; a preview disturbs nobody', async (t) => {
  const district = await open(t);
  district.profile = profileOf(district, 'east', { schools: ['1'] });
  district.others = [profileOf(district, 'trial', { schools: ['1', '2'], state: 'preview' })];
  await district.commit(roster);
  t.match(await district.run(), { state: 'success' });
  t.match(
    (await problemsOf(district)).filter(({ subject }) => subject.startsWith('school:')),
    [{ profile: 'trial', subject: 'school:1', code: 'SchoolInTwoProfiles' }],
  );
  t.equal((await district.dump()).class.length, 3, 'those of school 1 alone');

  district.others = [profileOf(district, 'trial', { schools: ['1', '2'] })];
  const more: RosterRecord = { ...(roster.find(({ id }) => id === '50') as RosterRecord), id: '59' };
  await district.commit([...roster, more]);
  await district.run();
  const { class: all } = await district.dump();
  t.equal(all.length, 6, 'the three of school 2 besides, and not the new one of school 1');
});

t.test('two people of different profiles who claim one account both get none', async (t) => {
  const district = await open(t);
  district.profile = profileOf(district, 'east', { schools: ['1'] });
  district.others = [profileOf(district, 'west', { schools: ['2'] })];
  const twins = roster.map((record) =>
    record.kind === 'student' && record.id === '11' ? { ...record, studentNumber: '4000' } : record,
  );
  await district.commit(twins);
  t.match(await district.run(), { state: 'errors' });
  t.match(await problemsOf(district), [
    { profile: 'east', subject: 'students:10', code: 'DuplicateTargetEntries', message: /^2 people/ },
    { profile: 'west', subject: 'students:11', code: 'DuplicateTargetEntries', message: /^2 people/ },
  ]);
  await district.commit(roster);
  district.clock.advance(1000);
  await district.run();
  district.clock.advance(1000);
  t.match(await district.run(), { state: 'success' });
  t.same(await problemsOf(district), [], 'each has their own now');
});

t.test('accounts found in a preview do not belong to anybody yet', async (t) => {
  const district = await open(t);
  const trial = profileOf(district, 'a trial', { state: 'preview', schools: ['2'] });
  district.profile = trial;
  // West matches its students to the accounts of the others: what the trial found must not be in its way.
  const rule = { students: { source: 'studentNumber', suffix: null, target: 'mailNickname' } };
  district.others = [
    profileOf(district, 'live', {
      state: 'enabled',
      schools: ['1'],
      identity: { ...district.profile.identity, ...rule },
    }),
  ];
  const swapped = roster.map((record) =>
    record.kind === 'student' && record.schoolId === '1'
      ? { ...record, studentNumber: String(Number(record.studentNumber) + 1) }
      : record,
  );
  await district.commit(swapped);
  t.match(await district.run(), { state: 'preview', done: 0 });
  const problems = (await problemsOf(district)).filter(({ profile }) => profile === 'live');
  t.same(problems, []);
});
