/** What people are told about a tenant that School Data Sync has run in, before anything is written. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import type { SdsOptions } from '../../scripts/simulators/microsoft/sds-seed.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { type District, openDistrict, smallRoster } from '../testing/district.ts';
import { afterSds, withLocalIds } from '../testing/sds.ts';
import { runCli } from './program.ts';

const students = 30;
const roster = smallRoster(students);

interface Setting {
  home: string;
  district: District;
  cli(...args: string[]): Promise<{ code: number; out: string; err: string }>;
}

/** A district whose profile creates accounts, after one run in preview. */
async function previewed(
  t: Test,
  left: Omit<SdsOptions, 'seed'>,
  ids: Parameters<typeof afterSds>[2],
  mode: 'match' | 'create',
  records = roster,
): Promise<Setting> {
  const home = t.testdir();
  const district = await openDistrict({
    dir: home,
    home,
    mode: { students: mode, teachers: mode },
    students,
    accounts: true,
    furnish: afterSds(roster, left, ids),
  });
  t.teardown(() => district.close());
  district.profile = { ...district.profile, state: 'preview' };
  await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, district.profile, new Date()));
  await district.commit(records);
  await district.run();
  const cli = async (...args: string[]) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const stop = AbortSignal.timeout(60_000);
    const code = await runCli(args, { home, out, err, user: 'kim', clock: district.clock, rich: false, stop });
    out.end();
    err.end();
    return { code, out: await text(out), err: await text(err) };
  };
  return { home, district, cli };
}

t.test('the plan says what is adopted, and what is not clear', async (t) => {
  const { cli } = await previewed(t, { form: 'v2.1', duplicates: 1 }, 'dcid', 'match');
  const { out } = await cli('plan', 'contoso');
  t.match(
    out,
    /Adopts existing objects without writing: 2 schools, 5 classes \(5 of School Data Sync\), 34 accounts, \d+ memberships\.\n/,
  );
  t.match(out, /Double or contradictory stamps: 1 record, left untouched: hallpass-relay problems contoso\n/);
  t.match(out, /Nothing to do/);
  const { takenOver } = JSON.parse((await cli('plan', 'contoso', '--json')).out);
  t.match(takenOver, { schools: 2, classes: 5, classesOfSds: 5, accounts: 34, conflicts: 1 });
  t.match(await cli('problems', 'contoso'), { out: /class:55[\s\S]*DuplicateStamps/ });
});

t.test('a check says under which reading the stamps fit the roster', async (t) => {
  const { home, district, cli } = await previewed(t, { form: 'v1' }, 'number', 'create');
  const { out } = await cli('profile', 'check', 'contoso');
  t.match(out, /Stamped students in Microsoft 365: 30; in the roster as dcid 0, as studentNumber 30\.\n/);
  t.match(out, /Stamped sections in Microsoft 365: 6; in the roster as dcid 6\.\n/);
  t.match(
    out,
    /warning {2}adoption\.ids\.students: of 30 stamped students in Microsoft 365, 30 fit as studentNumber and 0/,
  );
  const file = join(home, 'profile.json');
  const adoption = { ids: { students: 'studentNumber', schools: 'schoolNumber' } };
  writeFileSync(file, JSON.stringify({ ...district.profile, adoption }));
  const fixed = await cli('profile', 'check', 'contoso', file, '--json');
  const { stamps, problems } = JSON.parse(fixed.out);
  t.match(stamps.students, { total: 30, fitting: { dcid: 0, studentNumber: 30 } });
  t.notOk(problems.some(({ field }: { field: string }) => field.startsWith('adoption')));
});

t.test("a check finds what another tool's ids are, with their prefixes, and says what to write", async (t) => {
  const { home, district, cli } = await previewed(t, { form: 'v1' }, 'seed-roster', 'create', withLocalIds(roster));
  const { out } = await cli('profile', 'check', 'contoso');
  t.match(out, /Stamped students in Microsoft 365: 30; in the roster as dcid 0, as students_<studentNumber> 30\.\n/);
  t.match(out, /Stamped sections in Microsoft 365: 6; in the roster as dcid 0, as id 6\.\n/);
  t.match(out, /Write \{ "id": "studentNumber", "prefix": "students_" \};/);
  t.match(out, /Write \{ "id": "dcid", "prefix": "users_" \};/);
  t.match(out, /warning {2}adoption\.ids\.sections: [^\n]*\n {2}→ Write "id";/);
  const adoption = {
    ids: {
      sections: 'id',
      students: { id: 'studentNumber', prefix: 'students_' },
      teachers: { id: 'dcid', prefix: 'users_' },
    },
  };
  const file = join(home, 'profile.json');
  writeFileSync(file, JSON.stringify({ ...district.profile, adoption }));
  const { stamps, problems } = JSON.parse((await cli('profile', 'check', 'contoso', file, '--json')).out);
  t.match(stamps.sections, { total: 6, fitting: { dcid: 0, id: 6 } });
  t.match(stamps.teachers, { total: 4, fitting: { 'users_<dcid>': 4 } });
  t.notOk(problems.some(({ field }: { field: string }) => field.startsWith('adoption')));
});

t.test('names ids that agents do not send, and how to get them sent', async (t) => {
  const { cli } = await previewed(t, { form: 'v1' }, 'seed-roster', 'create');
  const { out } = await cli('profile', 'check', 'contoso');
  t.match(out, /sections in Microsoft 365: 6; in the roster as dcid 0, as id not known \(agents do not send it\)\./);
  t.match(
    out,
    /warning {2}adoption\.ids\.sections: [^\n]*\n {2}→ They may go by SECTIONS\.ID, which agents do not send/,
  );
});
