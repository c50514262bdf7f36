/** Security groups of roles, schools and grade levels, against the Microsoft simulator. */
import t, { type Test } from 'tap';
import type { RosterRecord, Student, Teacher } from '../../shared/roster.ts';
import { parseProfile } from '../profile/profile.ts';
import { addExempt } from '../store/accounts/exempt.ts';
import { readHolds } from '../store/guard/holds.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type District, openDistrict, profileFor, smallRoster } from '../testing/district.ts';
import { noGuards } from '../testing/small-world.ts';

const students = 24;
const create = { students: 'create', teachers: 'create' } as const;
const all = ['role', 'school', 'grade', 'schoolGrade'];
const roster = smallRoster(students).map(
  (one): RosterRecord => (one.kind === 'student' ? { ...one, grade: String(Number(one.id) % 3) } : one),
);

async function open(t: Test, change: object = {}): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
  t.teardown(() => district.close());
  configure(district, change);
  await district.commit(roster);
  return district;
}

function configure(district: District, change: object): void {
  const policies = { goneForDays: 0 };
  const document = { ...profileFor(create), guards: noGuards, policies, groups: { by: all }, ...change };
  district.profile = parseProfile(document, 'test');
}

/** Runs until nothing is left to do. */
async function settle(t: Test, district: District): Promise<void> {
  for (let runs = 0; runs < 6; runs += 1) {
    const report = await district.run();
    if (report.done + report.failed + report.waiting === 0) return;
    district.clock.advance(30 * 60_000);
  }
  t.fail('it does not come to rest');
}

/** User names by name of the security group. */
function groupsThere({ microsoft: { directory } }: District): Record<string, string[]> {
  const groups = [...directory.groups.values()].filter(({ isClass }) => !isClass);
  return Object.fromEntries(
    groups.map(({ props, members }) => [
      String(props.displayName),
      [...members].map((one) => String(one.props.userPrincipalName).replace(/@.*/, '')).sort(),
    ]),
  );
}

/** The same from the roster, by the words of docs/profile.md. */
function groupsOf(records: readonly RosterRecord[]): Record<string, string[]> {
  const schools = new Map(records.flatMap((one) => (one.kind === 'school' ? [[one.id, one.name]] : [])));
  const people = records.filter((one): one is Student | Teacher => one.kind === 'student' || one.kind === 'teacher');
  const groups: Record<string, string[]> = {};
  for (const { kind, username = '', schoolId, ...one } of people) {
    const [role, grade] = kind === 'student' ? ['Students', 'grade' in one ? one.grade : ''] : ['Teachers', undefined];
    const names = [`All ${role}`, `${role} - ${schools.get(schoolId)}`];
    const spelled = grade === '0' ? 'KG' : `0${grade}`;
    if (grade !== undefined) names.push(`${role} - Grade ${spelled}`);
    if (grade !== undefined) names.push(`${role} - ${schools.get(schoolId)} - Grade ${spelled}`);
    for (const name of names) groups[name] = [...(groups[name] ?? []), username].sort();
  }
  return groups;
}

function groupNamed({ microsoft: { directory } }: District, name: string) {
  const found = [...directory.groups.values()].find(({ props }) => props.displayName === name);
  if (found === undefined) throw new Error(`no group ${name}`);
  return found;
}

const problems = async ({ store, tenantId }: District) =>
  (await store.withTenant(tenantId, readProblems)).map(({ subject, code }) => `${subject} ${code}`);

t.test('follow PowerSchool, cost no write while nothing changes, and stay when the option goes', async (t) => {
  const district = await open(t, { groups: {} });
  await settle(t, district);
  t.same(groupsThere(district), {}, 'none without the option');

  configure(district, {});
  const { stats } = district.microsoft;
  const before = stats.writes;
  await settle(t, district);
  t.same(groupsThere(district), groupsOf(roster));
  const groups = Object.keys(groupsOf(roster)).length;
  t.equal(stats.writes - before, 2 * groups + 1, 'one write for each, one for its people, and 24 need two');
  const made = groupNamed(district, 'Students - School 1');
  t.match(made.props, {
    securityEnabled: true,
    mailEnabled: false,
    groupTypes: [],
    mailNickname: 'hallpass-students-school-1',
  });

  const edited = roster.flatMap((one): RosterRecord[] => {
    if (one.kind === 'school' && one.id === '2') return [{ ...one, name: 'Lincoln' }];
    if (one.kind === 'student' && one.id === '10') return [{ ...one, grade: '4' }];
    if (one.kind === 'student' && one.id === '12') return [{ ...one, schoolId: '2' }];
    if (one.kind === 'teacher' && one.id === '93') return [];
    return one.kind === 'student' && one.id === '13' ? [] : [one];
  });
  await district.commit(edited);
  await settle(t, district);
  const now = groupsThere(district);
  t.same(now, groupsOf(edited), 'moved, promoted, renamed, gone');
  const idle = stats.writes;
  district.restart();
  district.clock.advance(25 * 60 * 60_000);
  await district.run();
  t.equal(stats.writes, idle, 'a new day and a restart write nothing');

  configure(district, { groups: { by: ['role'], leavers: 'keep', names: { role: 'District {role}' } } });
  await district.commit(roster.filter((one) => one.kind !== 'student' || one.id !== '14'));
  await settle(t, district);
  const kept = groupsThere(district);
  t.same(kept['Students - School 1'], now['Students - School 1'], 'not looked after anymore');
  t.ok(kept['District Students']?.includes('student4'), 'gone, and kept');
  t.ok(kept['District Students']?.includes('student3'), 'back');
});

t.test('of a relay that lost its database are known again by their alias', async (t) => {
  const district = await open(t);
  await settle(t, district);
  const made = [...district.microsoft.directory.groups.values()].map(({ id }) => id);
  await district.forget();
  await district.commit(roster);
  await settle(t, district);
  t.same(
    [...district.microsoft.directory.groups.values()].map(({ id }) => id),
    made,
    'none is made twice',
  );
  t.same(groupsThere(district), groupsOf(roster));
  await district.commit(
    roster.map((one) => (one.kind === 'student' && one.id === '10' ? { ...one, grade: '5' } : one)),
  );
  await settle(t, district);
  t.notOk(groupsThere(district)['Students - Grade 01']?.includes('student0'), 'who is in them is known');
});

t.test(
  'a group with that alias to which roles can be assigned, or with dynamic members, is never touched',
  async (t) => {
    const district = await open(t, { groups: { by: ['role'] } });
    const { directory } = district.microsoft;
    const mine = { mailNickname: 'hallpass-students', securityEnabled: true, mailEnabled: false };
    for (const [name, more] of Object.entries({
      Admins: { isAssignableToRole: true },
      Rule: { groupTypes: ['DynamicMembership'] },
    })) {
      directory.addGroup({ displayName: name, ...mine, ...more }, false, 'once');
    }
    await settle(t, district);
    const there = groupsThere(district);
    t.same([there.Admins, there.Rule], [[], []]);
    t.equal(there['All Students']?.length, students);
  },
);

t.test('what people change by hand is treated as the profile says', async (t) => {
  const district = await open(t, {
    drift: { attributes: 'repair', foreignMembers: 'remove', deletedObjects: 'recreate' },
  });
  await settle(t, district);
  const { directory } = district.microsoft;
  const own = groupNamed(district, 'Students - School 1');
  const [teacher] = groupNamed(district, 'Teachers - School 2').members;
  const [one] = own.members;
  if (one === undefined || teacher === undefined) throw new Error('the group is empty');
  directory.removeLink(own, 'members', one);
  directory.addLink(own, 'members', teacher);
  directory.groups.update(own, { displayName: 'My students' });
  directory.deleteGroup(groupNamed(district, 'Teachers - School 2'));
  for (let runs = 0; runs < 4; runs += 1) {
    district.clock.advance(65 * 60_000);
    await district.run();
  }
  const there = groupsThere(district);
  const name = String(teacher.props.userPrincipalName).replace(/@.*/, '');
  t.same(
    there['Students - School 1'],
    [...(groupsOf(roster)['Students - School 1'] ?? []), name].sort(),
    'restored, and nobody thrown out',
  );
  t.same(there['Teachers - School 2'], groupsOf(roster)['Teachers - School 2'], 'created again, with its people');
  t.match(await problems(district), [/^group:students-school-1\/teachers:\d+ MemberAddedByHand$/]);
});

t.test('the guard holds the removal of many, and exempt accounts stay where they are', async (t) => {
  const district = await open(t, { guards: {}, policies: { goneForDays: 0, studentLeftClass: 'keep' } });
  await settle(t, district);
  const entry = {
    account: 'student0@*',
    reason: 'Looked after elsewhere',
    addedAt: '2026-12-01T00:00:00Z',
    addedBy: 'kim',
  };
  await district.store.withTenant(district.tenantId, (scope) => addExempt(scope, entry));
  district.restart();
  const up = roster.map(
    (one): RosterRecord => (one.kind === 'student' ? { ...one, grade: String(Number(one.grade) + 1) } : one),
  );
  await district.commit(up);
  const { held } = await district.run();
  const holds = await district.store.withTenant(district.tenantId, (scope) => readHolds(scope, 'test'));
  t.match(holds, [
    { kind: 'removeFromGroup', schoolId: '1' },
    { kind: 'removeFromGroup', schoolId: '2' },
  ]);
  t.equal(held, 2 * (students - 1));
  const there = groupsThere(district);
  t.equal(
    there['Students - Grade KG']?.includes('student0'),
    groupsOf(roster)['Students - Grade KG']?.includes('student0'),
  );
  t.equal(there['Students - Grade 03']?.includes('student0') ?? false, false);
});

t.test('of two profiles each looks after its schools, and the first names those of the district', async (t) => {
  const district = await open(t, {
    name: 'a',
    schools: ['1'],
    groups: { by: ['role', 'school'], names: { role: 'Every {role}' } },
  });
  const other = { ...profileFor(create), name: 'b', schools: ['2'], guards: noGuards, policies: { goneForDays: 0 } };
  district.others = [parseProfile({ ...other, groups: { by: ['role', 'school'] } }, 'b')];
  await settle(t, district);
  await settle(t, district);
  const there = groupsThere(district);
  t.equal(there['Every Students']?.length, students);
  t.same(Object.keys(there).sort(), [
    'Every Students',
    'Every Teachers',
    'Students - School 1',
    'Students - School 2',
    'Teachers - School 1',
    'Teachers - School 2',
  ]);
  await district.commit(
    roster.map((one) => (one.kind === 'student' && one.id === '10' ? { ...one, schoolId: '2' } : one)),
  );
  await settle(t, district);
  await settle(t, district);
  const moved = groupsThere(district);
  t.notOk(moved['Students - School 1']?.includes('student0'));
  t.ok(moved['Students - School 2']?.includes('student0'));
  t.equal(moved['Every Students']?.length, students);
});
