/**
 * A person with two PowerSchool records has one account, and a parent's guest account is nobody's, against the Microsoft
 * simulator.
 */
import t from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { parseProfile } from '../profile/profile.ts';
import { openDistrict, profileFor, smallRoster } from '../testing/district.ts';
import { create, links, match, open, problemsOf, students } from '../testing/returned.ts';

t.test('a person who is student and staff is provisioned as staff, no matter which comes first', async (t) => {
  const staff = {
    kind: 'teacher' as const,
    id: '99',
    schoolId: '1',
    username: 'student0',
    givenName: 'Ana',
    surname: 'Šimić 0',
  };
  const district = await open(t, match);
  await district.commit([...smallRoster(students), staff]);
  t.match(await district.run(), { state: 'errors', problems: 1 });
  t.match(await links(district), { 'teachers:99': 'student0@contoso.edu', 'students:10': undefined });
  t.same(await problemsOf(district), ['students:10 AccountOfStaff']);
  district.restart();
  t.match(await district.run(), { done: 0, problems: 1 });
  await district.commit(smallRoster(students));
  t.match(await district.run(), { problems: 0 }, 'no longer staff: the student record has it again');
  await district.commit([...smallRoster(students), staff]);
  for (const _ of Array(3)) t.match(await district.run(), { problems: 1 }, 'the student is reported in every run');
  await district.commit(smallRoster(students));
  t.match(await district.run(), { problems: 0 });
  t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'teachers:99': undefined });
});

t.test(
  'in create mode, a person who is student and staff has one account, as staff, no matter which comes first',
  async (t) => {
    const names = { givenName: 'Ana', surname: 'Šimić 0' };
    const staff = { kind: 'teacher' as const, id: '99', schoolId: '1', username: 'student0@Contoso.edu', ...names };
    const without = smallRoster(students).filter(({ id }) => !['10', '300', '301', '302'].includes(id));
    const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
    t.teardown(() => district.close());
    const isStaffs = async (name: string) => {
      t.match(await links(district), { 'teachers:99': 'student0@contoso.edu', 'students:10': undefined }, name);
      t.same(await problemsOf(district), ['students:10 AccountOfStaff']);
      const { user } = await district.dump();
      const one = user.filter(({ userPrincipalName }) => userPrincipalName?.toLowerCase() === 'student0@contoso.edu');
      t.match(one, [{ primaryRole: 'teacher', teacher: { externalId: '99' } }]);
      t.equal(one.length, 1);
      district.restart();
      t.match(await district.run(), { done: 0, problems: 1 });
    };
    await district.commit([...smallRoster(students), staff]);
    t.match(await district.run(), { state: 'errors', problems: 1 });
    district.clock.advance(60_000);
    await district.run();
    await isStaffs('both at once');
    await district.commit(smallRoster(students));
    t.match(await district.run(), { problems: 0 }, 'no longer staff: the student has it');
    t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'teachers:99': undefined });
    t.match(await district.run(), { done: 0 });
    await district.commit([...smallRoster(students), staff]);
    await district.run();
    await isStaffs('the student came first');
    await district.commit([...without, staff]);
    t.match(await district.run(), { problems: 0 });
    await district.commit([...smallRoster(students), staff]);
    await district.run();
    await isStaffs('staff came first');
  },
);

t.test('in create mode, a user name that both records of a person produce belongs to nobody else', async (t) => {
  const staff = {
    kind: 'teacher' as const,
    id: '99',
    schoolId: '1',
    username: 'student0',
    givenName: 'Bo',
    surname: 'Li',
  };
  const district = await openDistrict({ dir: t.testdir(), mode: create, students, accounts: false });
  t.teardown(() => district.close());
  await district.commit([...smallRoster(students), staff]);
  await district.run();
  t.same((await problemsOf(district)).sort(), [
    'students:10 DuplicateTargetEntries',
    'teachers:99 DuplicateTargetEntries',
  ]);
  await district.commit(smallRoster(students));
  t.match(await district.run(), { problems: 0 });
  await district.commit([...smallRoster(students), staff]);
  await district.run();
  t.same(await problemsOf(district), ['teachers:99 UserNameTaken']);
  t.match(await links(district), { 'students:10': 'student0@contoso.edu' });
});

t.test("a parent's guest account with the student's address is nobody's", async (t) => {
  const mail = 'ana@home.example';
  const district = await openDistrict({
    dir: t.testdir(),
    mode: match,
    students,
    accounts: true,
    furnish: (file) => ({
      ...file,
      tenant: {
        ...file.tenant,
        domains: [...(file.tenant.domains ?? []), { id: 'contoso.onmicrosoft.com', isInitial: true }],
      },
      users: [
        ...file.users,
        {
          userPrincipalName: 'ana_home.example#EXT#@contoso.onmicrosoft.com',
          displayName: 'Parent',
          mailNickname: 'ana_home.example#EXT#',
          mail,
          userType: 'Guest',
          creationType: 'Invitation',
          externalUserState: 'Accepted',
        },
      ],
    }),
  });
  t.teardown(() => district.close());
  const students_ = { source: 'secondaryEmail', suffix: null, target: 'mail' };
  const profile = (more: object) =>
    parseProfile(
      { ...profileFor(match), identity: { ...profileFor(match).identity, students: students_, ...more } },
      'test',
    );
  district.profile = profile({});
  await district.commit(smallRoster(1).map((one) => (one.kind === 'student' ? { ...one, secondaryEmail: mail } : one)));
  t.match(await district.run(), { state: 'errors' });
  t.same(await problemsOf(district), ['students:10 ExcludedAccount']);
  const guest = (await district.dump()).user.find(({ userPrincipalName }) => userPrincipalName?.includes('#EXT#'));
  t.match(guest, { primaryRole: 'none' });
  t.same(
    (await district.dump()).class.filter(({ members }) => members?.includes(guest?.id ?? '')),
    [],
  );
  district.profile = profile({ guests: 'match' });
  t.match(await district.run(), { state: 'success' }, 'unless the profile says so');
  t.match(await links(district), { 'students:10': /#EXT#/ });
});

t.test('staff at two schools have one account, which is in both and stays when one assignment ends', async (t) => {
  for (const mode of [match, create]) {
    const district = await open(t, mode);
    const also: RosterRecord = { ...smallRoster(0).find(({ id }) => id === '90'), schoolId: '2' } as RosterRecord;
    const schoolsOf = async () => {
      const { user } = await district.dump();
      const mine = user.filter((one) => one.teacher?.externalId === '90');
      t.equal(mine.length, 1);
      return mine[0]?.schools?.length;
    };
    await district.commit([...smallRoster(students), also]);
    t.match(await district.run(), { state: 'success', problems: 0 });
    t.equal(await schoolsOf(), 2);
    const before = (await links(district))['teachers:90'];
    const other = smallRoster(students).map((one) => (one.kind === 'teacher' && one.id === '90' ? also : one));
    await district.commit(other);
    t.match(await district.run(), { problems: 0 }, 'the first school ends');
    t.equal((await links(district))['teachers:90'], before);
    t.match(await district.run(), { done: 0, problems: 0 });
  }
});
