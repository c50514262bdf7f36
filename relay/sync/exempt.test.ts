/** Exempt accounts, against the Microsoft simulator: whatever happens, nothing is written to one, and it stays in its classes. */
import t, { type Test } from 'tap';
import { parseProfile } from '../profile/profile.ts';
import { addExempt, removeExempt } from '../store/accounts/exempt.ts';
import { listLinks } from '../store/accounts/links.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type District, type Mode, openDistrict, profileFor, smallRoster } from '../testing/district.ts';
import { noGuards } from '../testing/small-world.ts';

const students = 6;
const roster = smallRoster(students);
const match: Mode = { students: 'match', teachers: 'match' };
const create: Mode = { students: 'create', teachers: 'create' };

async function open(t: Test, mode: Mode, profile: object = {}): Promise<District> {
  const accounts = mode === match;
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...profileFor(mode), guards: noGuards, ...profile }, 'test');
  await district.commit(roster);
  return district;
}

async function exempt({ store, tenantId }: District, account: string): Promise<void> {
  const entry = { account, reason: 'Looked after elsewhere', addedAt: '2026-12-01T00:00:00Z', addedBy: 'kim' };
  await store.withTenant(tenantId, (scope) => addExempt(scope, entry));
}

/** All that Microsoft 365 has of an account, with the groups that it is in. */
async function whole(district: District, id: string) {
  const { user, class: classes, school } = await district.dump();
  const memberOf = [...classes, ...school].filter(({ members = [], owners = [] }) =>
    [...members, ...owners].includes(id),
  );
  return { account: user.find((one) => one.id === id), memberOf: memberOf.map((one) => one.id).sort() };
}

async function idOf({ dump }: District, name: string): Promise<string> {
  const found = (await dump()).user.find((one) => one.userPrincipalName === `${name}@contoso.edu`);
  if (found === undefined) throw new Error(`no account ${name}`);
  return found.id;
}

const problems = async ({ store, tenantId }: District) =>
  (await store.withTenant(tenantId, readProblems)).map(({ subject, code }) => `${subject} ${code}`);
const links = async ({ store, tenantId }: District) =>
  (await store.withTenant(tenantId, (scope) => listLinks(scope))).map(({ objectId }) => objectId);

t.test('no rule matches one, and the person is told of', async (t) => {
  const district = await open(t, match);
  const id = await idOf(district, 'student0');
  const before = await whole(district, id);
  await exempt(district, 'student0@*');
  t.match(await district.run(), { state: 'errors', problems: 1 });
  t.same(await problems(district), ['students:10 ExcludedAccount']);
  t.same(await whole(district, id), before);
  t.notOk((await links(district)).includes(id));
});

t.test('one that was matched stays as it is, whatever changes in PowerSchool, in the profile or by hand', async (t) => {
  const policies = { studentGone: 'disable', revokeSessions: true, goneForDays: 0, teacherLeftClass: 'remove' };
  const district = await open(t, match, { policies, drift: { foreignMembers: 'remove' } });
  await district.run();
  const [student, teacher] = [await idOf(district, 'student0'), await idOf(district, 'teacher0')];
  for (const account of ['student0@contoso.edu', teacher]) await exempt(district, account);
  const { microsoft } = district;
  const { users, groups } = microsoft.directory;
  const user = users.get(student);
  const [group] = groups.find('externalId', '50');
  if (user === undefined || group === undefined) throw new Error('nothing was provisioned');
  microsoft.directory.removeLink(group, 'members', user);
  const before = [await whole(district, student), await whole(district, teacher)];

  t.match(await district.run(), { state: 'errors', problems: 2 }, 'drift is not repaired');
  const classes = [...(await district.dump()).class];
  await district.commit(
    roster.map((one) => (one.kind === 'student' ? { ...one, grade: '10', givenName: 'Other' } : one)),
  );
  t.match(await district.run(), { done: students - 1 }, 'everybody else is updated');
  district.profile = parseProfile(
    { ...district.profile, properties: { student: ['studentNumber', 'grade', 'graduationYear'] } },
    'test',
  );
  await district.run();
  await district.commit(roster.filter((one) => !('teacherId' in one && one.teacherId === '90')));
  await district.run();
  await district.commit(roster.filter((one) => one.id !== '10' && !('studentId' in one && one.studentId === '10')));
  district.clock.advance(24 * 3_600_000);
  await district.run();
  microsoft.directory.addLink(group, 'members', user);
  district.clock.advance(3_600_000);
  await district.run();
  microsoft.directory.removeLink(group, 'members', user);
  district.restart();
  await district.run();
  t.same([await whole(district, student), await whole(district, teacher)], before);
  t.equal((await district.dump()).class.length, classes.length);

  await district.store.withTenant(district.tenantId, (scope) => removeExempt(scope, 'student0@contoso.edu'));
  await district.run();
  const after = await whole(district, student);
  t.match(after, { account: { accountEnabled: false } }, 'what has come meanwhile is written when the exemption ends');
});

t.test('one with the stamp of a record is not adopted', async (t) => {
  const district = await open(t, create);
  await district.run();
  const id = await idOf(district, 'student0');
  const before = await whole(district, id);
  await district.forget();
  await district.commit(roster);
  await exempt(district, id);
  await district.run();
  await district.run();
  t.same(await whole(district, id), before);
  t.notOk((await links(district)).includes(id));
  t.equal((await links(district)).length, students + 3, 'the others are');
});

t.test('a new one whose name fits an entry is left alone from the moment when it exists', async (t) => {
  const district = await open(t, create);
  await exempt(district, 'student0@*');
  await district.run();
  const id = await idOf(district, 'student0');
  const made = await whole(district, id);
  t.same(made.memberOf, [], 'nobody puts it into a class or a school');
  district.restart();
  await district.run();
  t.same(await whole(district, id), made);
  t.match(await problems(district), ['students:10 ExemptAccount']);
});

t.test('one that a killed run had just made is left alone from then on', async (t) => {
  let made = 0;
  for (const killedAfter of [5, 6, 7, 8, 9]) {
    const district = await open(t, create);
    await district.run({ killedAfter }).catch(() => undefined);
    district.restart();
    const ids = (await district.dump()).user.map((one) => one.id);
    for (const id of ids) await exempt(district, id);
    const before = await Promise.all(ids.map((id) => whole(district, id)));
    await district.run();
    await district.run();
    t.same(await Promise.all(ids.map((id) => whole(district, id))), before, `killed after ${killedAfter}`);
    made += ids.length;
  }
  t.ok(made > 0, `${made} accounts`);
});
