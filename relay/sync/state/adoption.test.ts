/** Taking over a tenant that School Data Sync has run, against the Microsoft simulator. */
import t, { type Test } from 'tap';
import type { DirectoryFile } from '../../../scripts/simulators/microsoft/directory-file.ts';
import { sdsExtension } from '../../../scripts/simulators/microsoft/graph/resources.ts';
import type { SdsOptions } from '../../../scripts/simulators/microsoft/sds-seed.ts';
import { parseProfile } from '../../profile/profile.ts';
import { countApplied } from '../../store/applied/applied.ts';
import { readFound } from '../../store/directory/found.ts';
import { readProblems } from '../../store/runs/problems.ts';
import { type District, type Mode, openDistrict, skuId, smallRoster } from '../../testing/district.ts';
import { takesAll } from '../../testing/histories.ts';
import { afterSds, withLocalIds } from '../../testing/sds.ts';

const match: Mode = { students: 'match', teachers: 'match' };
const create: Mode = { students: 'create', teachers: 'create' };
const students = 30;
const roster = smallRoster(students);

type Left = Omit<SdsOptions, 'seed'> & { ids?: Parameters<typeof afterSds>[2] };

async function open(
  t: Test,
  mode: Mode,
  { ids = 'dcid', ...left }: Left,
  then: (file: DirectoryFile) => DirectoryFile = (file) => file,
): Promise<District> {
  const after = afterSds(roster, left, ids);
  const furnish = (file: DirectoryFile) => then(after(file));
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: true, furnish });
  t.teardown(() => district.close());
  await district.commit(roster);
  return district;
}

function withLicenses(file: DirectoryFile): DirectoryFile {
  return { ...file, users: file.users.map((user) => ({ ...user, assignedLicenses: [{ skuId, disabledPlans: [] }] })) };
}

const writes = (district: District) => district.microsoft.stats.writes;

t.test('of what equals the roster nothing is written, not even in the first run', async (t) => {
  const district = await open(t, match, { form: 'v2.1', expired: 2 });
  const before = await district.dump();
  t.match(await district.run(), { state: 'success', done: 0, failed: 0, problems: 0 });
  t.equal(writes(district), 0);
  // Accounts as ever; schools, people and classes of two schools; classes, their attributes and people; accounts likewise.
  t.equal(district.microsoft.stats.requests, 1 + (1 + 2 * 2) + 3 + 2);
  t.same(await district.dump(), before);
  const left = await district.store.withTenant(district.tenantId, readFound);
  t.same(left, [], 'what was read has served');
  const requests = district.microsoft.stats.requests;
  t.match(await district.run(), { state: 'success', done: 0 });
  t.equal(district.microsoft.stats.requests - requests, 1, 'one delta request, as ever');
  await district.commit(roster.filter(({ id }) => id !== '301'));
  t.match(await district.run(), { done: 1, failed: 0 });
  const [one] = (await district.dump()).class.filter(({ externalId }) => externalId === '52');
  const [student] = (await district.dump()).user.filter(({ mailNickname }) => mailNickname === '4000');
  t.notOk(one?.members?.includes(student?.id ?? ''), 'who leaves later is removed');
});

t.test('objects that bear attributes alone receive what is missing, once, and nothing is made', async (t) => {
  const district = await open(t, match, { form: 'v1', expired: 2 });
  const before = await district.dump();
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  // 34 people and 6 classes have no education properties; schools, memberships and relations are there.
  t.equal(writes(district), 34 + 6);
  const after = await district.dump();
  t.same([after.school.length, after.class.length, after.user.length], [2, 6 + 2, 34]);
  const people = (dump: typeof after) =>
    new Map(dump.class.map(({ id, members, owners }) => [id, { members, owners }]));
  t.same(people(after), people(before), 'nobody was added or removed');
  const expired = (dump: typeof after) => dump.class.filter(({ mailNickname }) => mailNickname?.startsWith('Exp'));
  t.same(expired(after), expired(before), 'what expired is left alone');
  t.match(await district.run(), { done: 0 });
});

t.test('what teachers renamed stays, or is set back, as the profile says', async (t) => {
  for (const displayName of ['always', 'create-only'] as const) {
    const district = await open(t, match, { form: 'mixed', renamed: 1 });
    district.profile = parseProfile({ ...district.profile, classes: { displayName } }, 'test');
    t.match(await district.run(), { state: 'success', failed: 0 });
    const names = (await district.dump()).class.map((one) => one.displayName ?? '');
    t.ok(names.every((name) => name.startsWith('Our ') === (displayName === 'create-only')));
  }
});

t.test('accounts are taken over where the profile creates accounts, and nobody gets a second', async (t) => {
  for (const form of takesAll ? (['v1', 'v2.1', 'mixed'] as const) : (['mixed'] as const)) {
    const district = await open(t, create, { form, expired: 1, deleted: 1 }, withLicenses);
    t.match(await district.run(), { state: 'success', failed: 0, problems: 0 }, form);
    const dump = await district.dump();
    t.same([dump.school.length, dump.class.length, dump.user.length], [2, 6 + 1, 34]);
    t.equal(dump.class.filter(({ externalId }) => externalId === '55').length, 1, 'the one that was deleted is made');
    t.notMatch(JSON.stringify(district.microsoft.stats.toJSON()), /assignLicense/, 'licenses are there');
    t.match(await district.run(), { done: 0 });
  }
});

t.test('an account without a stamp is not taken over by its name', async (t) => {
  const district = await open(t, create, { form: 'mixed', unstamped: 0.3 });
  const report = await district.run();
  t.ok(report.problems > 0);
  t.equal((await district.dump()).user.length, 34);
  const problems = await district.store.withTenant(district.tenantId, readProblems);
  t.same([...new Set(problems.map(({ code }) => code))], ['UserNameTaken']);
});

t.test('ids that were numbers are found by the reading that the profile names, and by no other', async (t) => {
  const ids = { schools: 'schoolNumber', students: 'studentNumber' };
  const district = await open(t, create, { form: 'v1', ids: 'number' }, withLicenses);
  district.profile = parseProfile({ ...district.profile, adoption: { ids } }, 'test');
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  const dump = await district.dump();
  t.same([dump.school.length, dump.class.length, dump.user.length], [2, 6, 34]);
  t.match(
    dump.user.find(({ mailNickname }) => mailNickname === '4000'),
    { student: { externalId: '10' } },
    'stamped with the DCID from now on',
  );
  await district.forget();
  district.profile = parseProfile({ ...district.profile, adoption: { ids } }, 'test');
  await district.commit(roster);
  t.match(await district.run(), { state: 'success', done: 0, failed: 0, problems: 0 }, 'and found again');
});

t.test('a tenant of the seed-roster plugin is taken over by SECTIONS.ID and by prefixed ids', async (t) => {
  const ids = {
    schools: 'schoolNumber',
    sections: 'id',
    students: { id: 'studentNumber', prefix: 'students_' },
    teachers: { id: 'dcid', prefix: 'users_' },
  };
  for (const form of takesAll ? (['v1', 'v2.1'] as const) : (['v2.1'] as const)) {
    const district = await open(t, create, { form, ids: 'seed-roster' }, withLicenses);
    await district.commit(withLocalIds(roster));
    district.profile = parseProfile({ ...district.profile, adoption: { ids } }, 'test');
    t.match(await district.run(), { state: 'success', failed: 0, problems: 0 }, form);
    const dump = await district.dump();
    t.same([dump.school.length, dump.class.length, dump.user.length], [2, 6, 34]);
    const one = dump.class.find(({ externalId }) => externalId === '50');
    t.equal(one?.mailNickname, 'Section_51', 'the class of SECTIONS.ID, under the address that it has');
    t.match(dump.user.find(({ mailNickname }) => mailNickname === '4000')?.student, { externalId: '10' });
    t.match(await district.run(), { done: 0 });
    await district.forget();
    district.profile = parseProfile({ ...district.profile, adoption: { ids } }, 'test');
    await district.commit(withLocalIds(roster));
    t.match(await district.run(), { state: 'success', done: 0, failed: 0, problems: 0 }, 'and found again');
  }
});

t.test(
  'two classes of one anchor, and one of two, are reported; the rest goes on; fixed, they are taken over',
  async (t) => {
    const district = await open(t, match, { form: 'v2.1', duplicates: 1, contradictions: 1 });
    // 55 is there twice; what is anchored as 54 says that it is 50, so neither of the two is clear.
    t.match(await district.run(), { state: 'errors', done: 0, failed: 0, problems: 3 });
    t.equal(writes(district), 0, 'nothing made, nothing changed');
    const problems = await district.store.withTenant(district.tenantId, readProblems);
    t.same(
      problems.map(({ subject, code }) => [subject, code]),
      [
        ['class:50', 'ContradictoryStamp'],
        ['class:54', 'ContradictoryStamp'],
        ['class:55', 'DuplicateStamps'],
      ],
    );
    const { directory } = district.microsoft;
    const anchored = (id: string) =>
      [...directory.groups.values()].filter(({ props }) => props[`${sdsExtension}AnchorId`] === `Section_${id}`);
    const [, second] = anchored('55');
    if (second !== undefined) directory.deleteGroup(second);
    for (const group of anchored('54')) directory.groups.update(group, { externalId: '54' });
    t.match(await district.run(), { problems: 3 }, 'not looked at again at once');
    await district.clock.advance(15 * 60_000);
    t.match(await district.run(), { state: 'success', problems: 0, done: 0 });
    t.equal((await district.dump()).class.length, 6);
  },
);

t.test('an account stamped for two people is taken over for neither, and neither gets a second', async (t) => {
  const twice = (file: DirectoryFile): DirectoryFile => ({
    ...file,
    users: file.users.map((user) =>
      user.mailNickname === '4000' ? { ...user, externalSource: 'sis', student: { externalId: '11' } } : user,
    ),
  });
  const district = await open(t, create, { form: 'v1' }, (file) => twice(withLicenses(file)));
  t.match(await district.run(), { state: 'errors', failed: 0 });
  t.equal((await district.dump()).user.length, 34);
  const problems = await district.store.withTenant(district.tenantId, readProblems);
  t.match(
    problems.filter(({ code }) => code === 'ContradictoryStamp').map(({ subject }) => subject),
    ['students:10', 'students:11'],
  );
});

t.test('a preview takes nothing over for good: another profile finds everything as it was', async (t) => {
  const district = await open(t, create, { form: 'v2.1' });
  district.profile = { ...district.profile, state: 'preview' };
  t.match(await district.run(), { state: 'preview' });
  t.equal(writes(district), 0);
  const links = () =>
    district.store.withTenant(district.tenantId, (scope) => scope.db.selectFrom('link').selectAll().execute());
  t.same(await links(), []);
  district.profile = { ...district.profile, state: 'enabled', mode: match };
  t.match(await district.run(), { state: 'success', done: 0 });
  t.ok((await links()).every(({ rule }) => rule !== 'adopted'));
});

t.test('two profiles take over what is in the schools of each', async (t) => {
  const district = await open(t, match, { form: 'v2.1' });
  district.others = [{ ...district.profile, name: 'second', schools: ['2'] }];
  t.match(await district.run(), { state: 'success', done: 0, failed: 0, problems: 0 });
  t.equal(writes(district), 0);
  t.match(await district.run(), { state: 'success', done: 0 });
  const kept = await district.store.withTenant(district.tenantId, countApplied);
  t.match(kept, { school: 2, class: 6, user: 34, schoolClass: 6, schoolUser: 34, owner: 6 });
});
