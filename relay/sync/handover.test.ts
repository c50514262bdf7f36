/** Accounts of people who left and returned as new records, against the Microsoft simulator. */
import t from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { lastRun, operationsOn } from '../store/runs/journal.ts';
import { readProblems } from '../store/runs/problems.ts';
import { profileFor, smallRoster } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';
import {
  classesOf,
  create,
  links,
  match,
  open,
  problemsOf,
  same,
  students,
  withReturned,
} from '../testing/returned.ts';

for (const [at, [name, mode]] of Object.entries({ match, create }).entries()) {
  t.test(
    `${name}: a person who returns as a new record gets the earlier account, with everything it should have`,
    async (t) => {
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
      t.equal(user.length, students + 4, 'no account was created');
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
      t.match(await district.run(), { state: 'success', done: 0, problems: 0 }, 'and it stays so after a restart');
      t.match(await store.withTenant(tenantId, (scope) => lastRun(scope, 'test')), { state: 'success' });
    },
  );

  t.test(`${name}: in one step, and with a kill after every request, the result is the same`, async (t) => {
    for (const [index, killedAfter] of [1, 2, 3, 4, Number.POSITIVE_INFINITY].entries()) {
      if (!takesAll && index % 2 !== at) continue;
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

t.test('a preview shows the hand-over and stores nothing of it', async (t) => {
  const district = await open(t, match);
  district.profile = { ...district.profile, state: 'preview' };
  await district.commit(withReturned(same));
  t.match(await district.run(), { state: 'preview', problems: 0 });
  t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'students:99': undefined });
  await district.commit(smallRoster(students));
  t.match(await district.run(), { state: 'preview', problems: 0 });
  district.profile = { ...district.profile, state: 'enabled' };
  t.match(await district.run(), { state: 'success', done: 0 }, 'the former person is back, and nothing has changed');
});

t.test('if number or names differ, nobody gets the account until a person decides', async (t) => {
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

t.test('a person who returns with only the same number, or in another school, gets the earlier account', async (t) => {
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

t.test(
  'two new records that claim the account of a former person get a problem each, and nobody gets it',
  async (t) => {
    for (const mode of [match, create]) {
      const district = await open(t, mode);
      const twin = { kind: 'student', id: '98', schoolId: '2', username: 'student0', ...same } as RosterRecord;
      await district.commit([...withReturned(same), twin]);
      t.match(await district.run(), { state: 'errors' });
      const problems = await district.store.withTenant(district.tenantId, readProblems);
      t.same(problems.map(({ subject }) => subject).sort(), ['students:98', 'students:99']);
      for (const { message } of problems) t.match(message, /students:9[89]/);
      t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'students:99': undefined });
      t.equal((await district.dump()).user.length, students + 4, 'no account is created');
      await district.commit(withReturned(same));
      t.match(await district.run(), { state: 'success', problems: 0 }, 'one of them is withdrawn');
      t.match(await links(district), { 'students:99': 'student0@contoso.edu' });
    }
  },
);

t.test(
  'a person who returns under the old record while somebody else has the account is reported, with both names',
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
      t.match(await links(district), { 'students:99': 'student0@contoso.edu' }, 'the current holder keeps it');
      await district.commit(smallRoster(students));
      t.match(await district.run(), { problems: 0 }, 'the new record is withdrawn');
      t.match(await links(district), { 'students:10': 'student0@contoso.edu', 'students:99': undefined });
      t.equal((await district.dump()).user.length, students + 4);
    }
  },
);
