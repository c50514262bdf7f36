/** A relay whose database is older than what it has done: what bears its stamp is its own, and what was lost is said. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { systemClock } from '../../shared/clock.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { parseProfile } from '../profile.ts';
import { storeFile } from '../settings.ts';
import { readProblems } from '../store/problems.ts';
import { setProfile } from '../store/profiles.ts';
import { openStore } from '../store/store.ts';
import { type District, type Mode, openDistrict, smallRoster } from '../testing/district.ts';
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

/** Backs the database up, synchronizes more, and puts the copy back. */
async function loseTime(district: District, home: string): Promise<void> {
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
  await district.store.close();
  copyFileSync(copy, file);
  district.store = await openStore(file);
  district.restart();
  district.clock.advance(20 * 60_000);
  await district.commit(later);
}

async function counts(district: District) {
  const { school, class: classes, user } = await district.dump();
  const names = new Set(user.map(({ userPrincipalName }) => userPrincipalName));
  return [school.length, classes.length, user.length, names.size];
}

t.test('after the restore of an older database nothing is made twice, and lost passwords are named', async (t) => {
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
    t.match(listed, { code: 0, out: /4 accounts were made in a time that this database does not know/ });
    t.match(listed, { out: /students:14 .*@contoso.edu[\s\S]*passwords renew contoso --unknown/ });
    t.match(await cli('passwords', 'renew', 'contoso', '--unknown'), { code: 0, out: /Set 4 new first passwords/ });
    t.notMatch(await cli('passwords', 'list', 'contoso'), { out: /does not know/ });
    const file = join(home, 'passwords.csv');
    t.match(await cli('passwords', 'export', 'contoso', '--file', file), { code: 0, out: /Wrote 12/ });
    const user = dump.user.find((one) => one.student?.externalId === '14');
    const line = readFileSync(file, 'utf8')
      .split('\r\n')
      .find((one) => one.includes('students:14'));
    const password = line?.split(',').at(-1)?.replace(/^"|"$/g, '').replaceAll('""', '"');
    const account = district.microsoft.directory.users.get(user?.id ?? '');
    t.ok(account && district.microsoft.directory.hasPassword(account, password ?? ''), 'it is the one that was set');
    t.match(await district.run(), { failed: 0, problems: 0 }, 'values of what was found are written once');
    t.match(await district.run(), { done: 0, problems: 0 });
  }
});

t.test('in match mode schools and classes are found again', async (t) => {
  const { home, district } = await setUp(t, { students: 'match', teachers: 'match' });
  await loseTime(district, home);
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  t.same(await counts(district), [3, 7, 12, 12]);
  t.match(await district.run(), { failed: 0, problems: 0 });
  t.match(await district.run(), { done: 0, problems: 0 });
});
