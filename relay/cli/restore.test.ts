/** A relay whose database is older than its work: objects with its stamp are its own, and it says what was lost. */
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { systemClock } from '../../shared/clock.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { parseProfile } from '../profile/profile.ts';
import { storeFile } from '../settings/settings.ts';
import { listLinks } from '../store/accounts/links.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { readProblems } from '../store/runs/problems.ts';
import { openStore } from '../store/store.ts';
import { type District, type Mode, openDistrict, smallRoster } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';
import { runCli } from './program.ts';

const create: Mode = { students: 'create', teachers: 'create' };

async function setUp(t: Test, mode: Mode, options: object = {}) {
  const home = t.testdir();
  const accounts = mode.students === 'match';
  const district = await openDistrict({ dir: home, home, mode, students: 8, accounts });
  t.teardown(() => district.close());
  const profile = parseProfile({ ...district.profile, ...options }, 'test');
  district.profile = profile;
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, profile, new Date()));
  const cli = async (...args: string[]) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const stop = AbortSignal.timeout(60_000);
    const code = await runCli(args, { home, out, err, user: 'kim', clock: systemClock, rich: false, stop });
    out.end();
    err.end();
    return { code, out: await text(out), err: await text(err) };
  };
  return { home, district, cli };
}

const fresh: RosterRecord[] = [
  { kind: 'school', id: '3', schoolId: 'district', name: 'School 3', schoolNumber: '3' },
  {
    ...{ kind: 'section', id: '59', schoolId: '3' },
    ...{ courseNumber: 'C9', courseName: 'Late', sectionNumber: '1', termId: '1' },
  } as RosterRecord,
  { kind: 'teacherRoster', id: '799', schoolId: '3', sectionId: '59', teacherId: '90' },
  { kind: 'studentEnrollment', id: '999', schoolId: '3', sectionId: '59', studentId: '14' },
];
const later = [...smallRoster(8), ...fresh];

/** Backs up the database, syncs more, and restores the copy. @param then runs before the loss */
async function loseTime(district: District, home: string, then = () => {}): Promise<void> {
  await district.commit(smallRoster(4));
  await district.run();
  const [file, copy] = [storeFile(home), join(home, 'copy.db')];
  await district.store.close();
  copyFileSync(file, copy);
  district.store = await openStore(file);
  district.restart();
  await district.commit(later);
  const { failed, problems } = await district.run();
  if (failed + problems > 0) throw new Error('not before the restore');
  then();
  await district.store.close();
  copyFileSync(copy, file);
  await comeBack(district, file);
}

async function comeBack(district: District, file: string): Promise<void> {
  district.store = await openStore(file);
  district.restart();
  district.clock.advance(20 * 60_000);
  await district.commit(later);
}

/** Kills a run and simulates a power failure: everything that was only in the write-ahead log is lost. */
async function loseLog(district: District, home: string, killedAfter: number): Promise<void> {
  await district.commit(smallRoster(4));
  await district.run();
  const [file, left] = [storeFile(home), join(home, 'left.db')];
  await district.store.close();
  district.store = await openStore(file);
  district.restart();
  await district.commit(later);
  await district.run({ killedAfter }).catch(() => undefined);
  // Before the store is closed, which would move the log into the database.
  copyFileSync(file, left);
  if (!existsSync(`${file}-wal`)) throw new Error('there was nothing to lose');
  await district.store.close();
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  copyFileSync(left, file);
  await comeBack(district, file);
}

async function counts(district: District) {
  const { school, class: classes, user } = await district.dump();
  const names = new Set(user.map(({ userPrincipalName }) => userPrincipalName));
  return [school.length, classes.length, user.length, names.size];
}

t.test('after an older database is restored, creates nothing twice and names lost passwords', async (t) => {
  for (const options of [
    {},
    { accounts: { students: { username: { pattern: '{givenName}', onCollision: 'number' } } } },
  ]) {
    const { home, district, cli } = await setUp(t, create, options);
    await loseTime(district, home);
    const before = await counts(district);
    t.same(before, [3, 7, 12, 12]);
    t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
    t.same(await counts(district), before);
    t.same(await district.store.withTenant(district.tenantId, readProblems), []);
    const dump = await district.dump();
    const late = dump.class.find(({ externalId }) => externalId === '59');
    t.same([late?.members?.length, late?.owners?.length], [2, 1]);

    t.match(await cli('status', 'contoso'), { code: 0, out: /first password unknown/ });
    const listed = await cli('passwords', 'list', 'contoso');
    t.match(listed, { code: 0, out: /4 accounts were created after this copy of the database was made/ });
    t.match(listed, { out: /students:14 .*@contoso.edu[\s\S]*passwords renew contoso --unknown/ });
    t.match(await cli('passwords', 'renew', 'contoso', '--unknown'), { code: 0, out: /Set 4 new first passwords/ });
    t.notMatch(await cli('passwords', 'list', 'contoso'), { out: /does not have their first passwords/ });
    const file = join(home, 'passwords.csv');
    t.match(await cli('passwords', 'export', 'contoso', '--file', file), { code: 0, out: /Wrote 12/ });
    const user = dump.user.find((one) => one.student?.externalId === '14');
    const line = readFileSync(file, 'utf8')
      .split('\r\n')
      .find((one) => one.includes('students:14'));
    const password = line?.split(',').at(-1)?.replace(/^"|"$/g, '').replaceAll('""', '"');
    const account = district.microsoft.directory.users.get(user?.id ?? '');
    t.ok(
      account && district.microsoft.directory.hasPassword(account, password ?? ''),
      'it is the password that was set',
    );
    t.match(await district.run(), { failed: 0, problems: 0 }, 'writes the values of found objects once');
    t.match(await district.run(), { done: 0, problems: 0 });
  }
});

/** Changes everything that a rule looked at when the student was matched. */
function renameAccounts({ microsoft }: District): void {
  const { users } = microsoft.directory;
  for (const index of [1, 5]) {
    const [user] = users.find('userPrincipalName', `student${index}@contoso.edu`);
    if (user === undefined) throw new Error('nobody to rename');
    users.update(user, { mailNickname: `renamed${index}`, userPrincipalName: `renamed${index}@contoso.edu` });
  }
}

const linksOf = async ({ store, tenantId }: District) => {
  const links = await store.withTenant(tenantId, listLinks);
  return new Map(links.map(({ role, personId, objectId }) => [`${role}:${personId}`, objectId]));
};

t.test('in match mode everyone keeps the old account although no rule finds it anymore', async (t) => {
  const { home, district } = await setUp(t, { students: 'match', teachers: 'match' });
  await loseTime(district, home, () => renameAccounts(district));
  const { user } = await district.dump();
  const before = new Map(
    user.flatMap(({ id, student, teacher }) => [
      ...(student?.externalId ? [[`students:${student.externalId}`, id] as const] : []),
      ...(teacher?.externalId ? [[`teachers:${teacher.externalId}`, id] as const] : []),
    ]),
  );
  t.equal(before.size, 12);
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  t.same(await linksOf(district), before);
  t.same(await counts(district), [3, 7, 12, 12]);
  t.match(await district.run(), { failed: 0, problems: 0 });
  t.match(await district.run(), { done: 0, problems: 0 });
  const again = (await district.dump()).user.find(({ userPrincipalName }) => userPrincipalName?.startsWith('renamed5'));
  t.equal(again?.displayName, 'Student 5', 'Hallpass did not create this account, so its name is left alone');
});

t.test('does not read again and again what another tool changes in accounts that belong to nobody', async (t) => {
  const { district } = await setUp(t, { students: 'match', teachers: 'match' });
  const { users } = district.microsoft.directory;
  await district.commit(smallRoster(8));
  await district.run();
  const names = (index: number) => ({ userPrincipalName: `alum${index}@contoso.edu`, mailNickname: `alum${index}` });
  const alumni = Array.from({ length: 501 }, (_, index) =>
    district.microsoft.directory.addUser({ ...names(index), displayName: 'Alum' }, 'once'),
  );
  await district.run();
  await district.run();
  const requestsOf = async () => {
    const before = district.microsoft.stats.requests;
    t.match(await district.run(), { done: 0, problems: 0 });
    return district.microsoft.stats.requests - before;
  };
  for (const one of alumni) users.update(one, { jobTitle: 'Alum' });
  t.ok((await requestsOf()) <= 10, 'a changed account outside the roster costs only the delta');
  const [alum] = alumni;
  if (alum === undefined) throw new Error('nobody');
  users.update(alum, { jobTitle: null });
  t.ok((await requestsOf()) <= 4, 'reads a single one');
});

t.test('losing the write-ahead log after a kill creates nothing twice, wherever the run was', async (t) => {
  for (const mode of [create, { students: 'match', teachers: 'match' } as const]) {
    const some = mode === create ? [3, Number.POSITIVE_INFINITY] : [5];
    for (const killedAfter of takesAll ? [3, 5, 8, Number.POSITIVE_INFINITY] : some) {
      const { home, district } = await setUp(t, mode);
      await loseLog(district, home, killedAfter);
      const what = `${mode.students}, killed after ${killedAfter}`;
      t.match(await district.run(), { failed: 0, problems: 0 }, what);
      t.same(await counts(district), [3, 7, 12, 12], what);
      t.match(await district.run(), { failed: 0, problems: 0 }, what);
      t.match(await district.run(), { done: 0, problems: 0 }, what);
    }
  }
});

t.test('when the whole database is lost, finds everything again by its stamps, and says what is gone', async (t) => {
  for (const mode of [create, { students: 'match', teachers: 'match' } as const]) {
    const { district, cli, home } = await setUp(t, mode);
    await district.commit(later);
    await district.run();
    const before = await linksOf(district);
    renameAccounts(district);
    await district.forget();
    await district.commit(later);
    t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
    t.same(await linksOf(district), before, 'everyone has their account');
    t.same(await counts(district), [3, 7, 12, 12]);
    t.match(await district.run(), { done: 0, problems: 0 });
    const listed = await cli('passwords', 'list', 'contoso');
    if (mode.students === 'match') {
      t.notMatch(listed, { out: /database was lost/ }, 'there never were first passwords');
      continue;
    }
    t.match(listed, {
      out: /12 accounts are from before the database was lost[\s\S]*passwords renew contoso --person WHO/,
    });
    t.match(await cli('status', 'contoso'), { out: /account from before the database was lost +12/ });
    t.match(
      await cli('passwords', 'renew', 'contoso', '--unknown'),
      { out: /No account matches/ },
      'not those of people who use them',
    );
    t.match(await cli('passwords', 'renew', 'contoso', '--person', 'students:14'), { out: /Set 1 new/ });
    t.match(await cli('passwords', 'export', 'contoso', '--file', join(home, 'one.csv')), { out: /Wrote 1 / });
    t.match(await cli('status', 'contoso'), { out: /account from before the database was lost +11/ });
    const [admin] = district.microsoft.directory.users.find('userPrincipalName', 'student0@contoso.edu');
    if (admin === undefined) throw new Error('nobody');
    admin.protection = 'administrator';
    const refused = await cli('passwords', 'renew', 'contoso', '--person', 'students:10');
    t.match(refused, { out: /Set 0 .* 1 were refused/, err: /students:10: AccountProtected/ });
  }
});
