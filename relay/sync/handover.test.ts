/** Accounts of people who left, or who are in PowerSchool twice, against the Microsoft simulator. */
import t, { type Test } from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { parseProfile } from '../profile/profile.ts';
import { listLinks } from '../store/accounts/links.ts';
import { lastRun, operationsOn } from '../store/runs/journal.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type District, type Mode, openDistrict, profileFor, smallRoster } from '../testing/district.ts';

const match: Mode = { students: 'match', teachers: 'match' };
const create: Mode = { students: 'create', teachers: 'create' };
const students = 6;

async function open(t: Test, mode: Mode, change: object = {}): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: mode.students === 'match' });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...profileFor(mode), ...change }, 'test');
  await district.commit(smallRoster(students));
  t.match(await district.run(), { state: 'success' });
  return district;
}

/** Student 10 has left; who comes back is in one of the three classes. */
function withReturned(values: object, kind: 'student' | 'teacher' = 'student'): RosterRecord[] {
  const rest = smallRoster(students).filter(({ id }) => !['10', '300', '301', '302'].includes(id));
  const record = { kind, id: '99', schoolId: '1', username: 'student0', ...values } as RosterRecord;
  const of = { schoolId: '1', sectionId: '50' };
  const membership: RosterRecord =
    kind === 'student'
      ? { kind: 'studentEnrollment', id: '399', studentId: '99', ...of }
      : { kind: 'teacherRoster', id: '799', teacherId: '99', ...of };
  return [...rest, record, membership];
}

const same = { studentNumber: '4000', givenName: 'Ana', surname: 'Šimić 0', grade: '9' };

async function problemsOf({ store, tenantId }: District): Promise<string[]> {
  const problems = await store.withTenant(tenantId, readProblems);
  return problems.map(({ subject, code }) => `${subject} ${code}`);
}

async function links({ store, tenantId }: District): Promise<Record<string, string | undefined>> {
  const all = await store.withTenant(tenantId, listLinks);
  return Object.fromEntries(all.map((one) => [`${one.role}:${one.personId}`, one.userPrincipalName]));
}

async function classesOf(district: District, name: string): Promise<string[]> {
  const { user, class: classes } = await district.dump();
  const id = user.find((one) => one.userPrincipalName === `${name}@contoso.edu`)?.id ?? '';
  return classes.filter(({ members }) => members?.includes(id)).map(({ externalId = '' }) => externalId);
}

for (const [name, mode] of Object.entries({ match, create })) {
  t.test(`${name}: who comes back as a new record gets the account of before, with what it should have`, async (t) => {
    const district = await open(t, mode, { policies: { studentGone: 'disable', goneForDays: 0 } });
    t.same((await classesOf(district, 'student0')).sort(), ['50', '52', '54']);
    await district.commit(withReturned({}).filter(({ id }) => id !== '99' && id !== '399'));
    t.match(await district.run(), { state: 'success' });
    const disabled = (await district.dump()).user.find((one) => one.userPrincipalName === 'student0@contoso.edu');
    t.equal(disabled?.accountEnabled, false, 'gone');

    await district.commit(withReturned(same));
    t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
    const { user } = await district.dump();
    const account = user.find((one) => one.userPrincipalName === 'student0@contoso.edu');
    t.match(account, { accountEnabled: true, student: { externalId: '99' }, id: disabled?.id });
    t.equal(user.length, students + 4, 'nobody was made');
    t.match(await links(district), { 'students:99': 'student0@contoso.edu', 'students:10': undefined });
    t.same(await classesOf(district, 'student0'), ['50']);
    const { store, tenantId } = district;
    const [operation] = await store.withTenant(tenantId, (scope) => operationsOn(scope, 'students:99'));
    t.match(operation, { reason: /students:10|back in PowerSchool/ });
    const journal = await store.withTenant(tenantId, (scope) =>
      scope.db.selectFrom('operation').select(['kind', 'reason']).where('key', '=', 'students:99').execute(),
    );
    t.match(
      journal.find(({ kind }) => kind === 'updateUser')?.reason,
      /^the account belonged to students:10, who left PowerSchool, and/,
    );
    district.restart();
    t.match(await district.run(), { state: 'success', done: 0, problems: 0 }, 'and that is that, also after a restart');
    t.match(await store.withTenant(tenantId, (scope) => lastRun(scope, 'test')), { state: 'success' });
  });

  t.test(`${name}: in one step, and with a kill after every request, it comes to the same`, async (t) => {
    for (const killedAfter of [1, 2, 3, 4, Number.POSITIVE_INFINITY]) {
      const district = await open(t, mode);
      await district.commit(withReturned(same));
      await district.run({ killedAfter }).catch(() => undefined);
      t.match(await district.run(), { state: 'success', problems: 0 }, `killed after ${killedAfter}`);
      t.same(await classesOf(district, 'student0'), ['50']);
      t.match(await links(district), { 'students:99': 'student0@contoso.edu' });
      t.equal((await district.dump()).user.length, students + 4);
    }
  });
}

t.test('a preview shows the hand-over and keeps nothing of it', async (t) => {
  const district = await open(t, match);
  district.profile = { ...district.profile, state: 'preview' };
  await district.commit(withReturned(same));
  t.match(await district.run(), { state: 'preview', problems: 0 });
  t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'students:99': undefined });
  await district.commit(smallRoster(students));
  t.match(await district.run(), { state: 'preview', problems: 0 });
  district.profile = { ...district.profile, state: 'enabled' };
  t.match(await district.run(), { state: 'success', done: 0 }, 'who was there before is back, and nothing has changed');
});

t.test('where number or names differ nobody gets the account until somebody says so', async (t) => {
  for (const [mode, values] of [
    [match, { ...same, studentNumber: '4777' }],
    [create, { ...same, surname: 'Lee' }],
    [create, { ...same, studentNumber: '4777' }],
  ] as const) {
    const district = await open(t, mode, {
      identity: {
        students: { source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName' },
        teachers: profileFor(match).identity.teachers,
      },
    });
    await district.commit(withReturned(values));
    t.match(await district.run(), { state: 'errors' });
    t.same(await problemsOf(district), ['students:99 AccountOfFormerPerson']);
    t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'students:99': undefined });
    t.equal((await district.dump()).user.length, students + 4);
  }
});

t.test('a student who left and is staff now has the account, as staff', async (t) => {
  const district = await open(t, match);
  await district.commit(withReturned({ username: 'student0' }, 'teacher'));
  t.match(await district.run(), { state: 'success', problems: 0 });
  const { user, class: classes } = await district.dump();
  const account = user.find((one) => one.userPrincipalName === 'student0@contoso.edu');
  t.match(account, { primaryRole: 'teacher', teacher: { externalId: '99' } });
  const taught = classes.find(({ externalId }) => externalId === '50');
  t.ok(taught?.owners?.includes(account?.id ?? ''));
});

/** Student 10 as staff: record 99, who teaches section 50. */
const asStaff = (values: object = {}) => withReturned({ username: 'student0', ...values }, 'teacher');

for (const [name, mode] of Object.entries({ match, create })) {
  t.test(`${name}: a student who becomes staff keeps nothing of a student, and the reverse`, async (t) => {
    for (const clearedRoles of ['cleared', 'ignored', 'refused'] as const) {
      for (const killedAfter of [2, 3, 4, Number.POSITIVE_INFINITY]) {
        const district = await open(t, mode);
        district.microsoft.directory.rules.clearedRoles = clearedRoles;
        await district.commit(asStaff({ givenName: 'Ana', surname: 'Šimić 0' }));
        await district.run({ killedAfter }).catch(() => undefined);
        const what = `${clearedRoles}, killed after ${killedAfter}`;
        t.match(await district.run(), { state: 'success', problems: 0 }, what);
        const account = async () =>
          (await district.dump()).user.find((one) => one.userPrincipalName === 'student0@contoso.edu');
        const staff = await account();
        t.match(staff, { primaryRole: 'teacher', teacher: { externalId: '99' } }, what);
        t.equal(staff?.student === undefined || staff.student === null, clearedRoles === 'cleared', what);
        t.same(await classesOf(district, 'student0'), ['50'], 'not in 52 and 54, where they were as a student');
        t.match(await district.run(), { done: 0, problems: 0 }, what);
        district.restart();
        t.match(await district.run(), { done: 0, problems: 0 }, what);

        await district.commit(smallRoster(students));
        t.match(await district.run(), { state: 'success', problems: 0 }, `${what}, back`);
        const student = await account();
        t.match(student, { primaryRole: 'student', student: { externalId: '10' } });
        t.same((await classesOf(district, 'student0')).sort(), ['50', '52', '54']);
        const taught = (await district.dump()).class.find(({ externalId }) => externalId === '50');
        t.notOk(taught?.owners?.includes(student?.id ?? ''), 'a student owns no class');
        t.match(await district.run(), { failed: 0, problems: 0 }, 'in some tenants they would be no member any more');
        t.match(await district.run(), { done: 0, problems: 0 });
      }
    }
  });
}

t.test(
  'staff who leave a class that they taught after they had been students follow the policy of staff',
  async (t) => {
    const district = await open(t, match);
    await district.commit(asStaff());
    await district.run();
    const also52: RosterRecord = { kind: 'teacherRoster', id: '798', schoolId: '1', sectionId: '52', teacherId: '99' };
    await district.commit([...asStaff(), also52]);
    await district.run();
    await district.commit(asStaff());
    await district.run();
    t.same((await classesOf(district, 'student0')).sort(), ['50', '52'], 'teachers who left stay');
  },
);

t.test('who comes back with the same number alone, or in another school, has the account of before', async (t) => {
  const district = await open(t, match);
  const elsewhere = withReturned({ ...same, username: 'ana.new', schoolId: '2' }).map((one) =>
    one.id === '399' ? ({ ...one, schoolId: '2', sectionId: '51' } as RosterRecord) : one,
  );
  await district.commit(elsewhere);
  t.match(await district.run(), { state: 'success', problems: 0 });
  t.match(await links(district), { 'students:99': 'student0@contoso.edu', 'students:10': undefined });
  t.same(await classesOf(district, 'student0'), ['51']);
  t.equal((await district.dump()).user.length, students + 4);
});

t.test('two new records that claim the account of one who left get a problem each, and nobody gets it', async (t) => {
  for (const mode of [match, create]) {
    const district = await open(t, mode);
    const twin = { kind: 'student', id: '98', schoolId: '2', username: 'student0', ...same } as RosterRecord;
    await district.commit([...withReturned(same), twin]);
    t.match(await district.run(), { state: 'errors' });
    const problems = await district.store.withTenant(district.tenantId, readProblems);
    t.same(problems.map(({ subject }) => subject).sort(), ['students:98', 'students:99']);
    for (const { message } of problems) t.match(message, /students:9[89]/);
    t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'students:99': undefined });
    t.equal((await district.dump()).user.length, students + 4, 'no account is made');
    await district.commit(withReturned(same));
    t.match(await district.run(), { state: 'success', problems: 0 }, 'one of them is withdrawn');
    t.match(await links(district), { 'students:99': 'student0@contoso.edu' });
  }
});

t.test(
  'who returns under the old record while somebody present has the account is told of, with both names',
  async (t) => {
    for (const mode of [match, create]) {
      const district = await open(t, mode);
      await district.commit(withReturned(same));
      await district.run();
      const [old] = smallRoster(students).filter(({ id, kind }) => kind === 'student' && id === '10');
      if (old === undefined) throw new Error('nobody');
      await district.commit([...withReturned(same), old]);
      t.match(await district.run(), { state: 'errors', problems: 1 });
      const [problem] = await district.store.withTenant(district.tenantId, readProblems);
      t.equal(problem?.subject, 'students:10');
      t.match(problem?.message, /students:99/, mode.students);
      t.match(await links(district), { 'students:99': 'student0@contoso.edu' }, 'the one who has it keeps it');
      await district.commit(smallRoster(students));
      t.match(await district.run(), { problems: 0 }, 'the new record is withdrawn');
      t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'students:99': undefined });
      t.equal((await district.dump()).user.length, students + 4);
    }
  },
);

t.test('a person who is student and staff is provisioned as staff, whoever comes first', async (t) => {
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
  t.match(await district.run(), { problems: 0 }, 'no longer staff: the student has it again');
  await district.commit([...smallRoster(students), staff]);
  for (const _ of Array(3)) t.match(await district.run(), { problems: 1 }, 'the student is told of in every run');
  await district.commit(smallRoster(students));
  t.match(await district.run(), { problems: 0 });
  t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'teachers:99': undefined });
});

t.test(
  'where accounts are made, a person who is student and staff has one, as staff, whoever comes first',
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

t.test("where accounts are made, the same user name of two people by both names is nobody else's", async (t) => {
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

t.test('staff of two schools have one account, which is in both, and stays when one of them ends', async (t) => {
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

t.test(
  'somebody who changed the role is found again after the whole database was lost, whatever Graph kept',
  async (t) => {
    for (const mode of [match, create]) {
      for (const clearedRoles of ['cleared', 'ignored'] as const) {
        const district = await open(t, mode);
        district.microsoft.directory.rules.clearedRoles = clearedRoles;
        const roster = asStaff({ givenName: 'Ana', surname: 'Šimić 0' });
        await district.commit(roster);
        await district.run();
        const before = (await district.store.withTenant(district.tenantId, listLinks)).map(({ objectId }) => objectId);
        await district.forget();
        await district.commit(roster);
        t.match(await district.run(), { state: 'success', problems: 0 }, `${mode.students}, ${clearedRoles}`);
        const after = (await district.store.withTenant(district.tenantId, listLinks)).map(({ objectId }) => objectId);
        t.same(after.sort(), before.sort());
        t.same(await classesOf(district, 'student0'), ['50']);
        t.match(await district.run(), { done: 0, problems: 0 });
      }
    }
  },
);
