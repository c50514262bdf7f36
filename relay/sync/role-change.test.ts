/** Students who are staff now, and the reverse, against the Microsoft simulator. */
import t from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { listLinks } from '../store/accounts/links.ts';
import { smallRoster } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';
import { asStaff, classesOf, create, match, open, students, withReturned } from '../testing/returned.ts';

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

for (const [at, [name, mode]] of Object.entries({ match, create }).entries()) {
  t.test(`${name}: a student who becomes staff keeps nothing of a student, and the reverse`, async (t) => {
    for (const [row, clearedRoles] of (['cleared', 'ignored', 'refused'] as const).entries()) {
      for (const [column, killedAfter] of [2, 3, 4, Number.POSITIVE_INFINITY].entries()) {
        // A third of them, in which both modes still meet every kill and every tenant.
        if (!takesAll && (at + row + column) % 3 > 0) continue;
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

t.test(
  'somebody who changed the role is found again after the whole database was lost, whatever Graph kept',
  async (t) => {
    for (const mode of [match, create]) {
      for (const clearedRoles of ['cleared', 'ignored'] as const) {
        if (!takesAll && (mode === match) !== (clearedRoles === 'ignored')) continue;
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
