/** What the next run would do, and decisions about holds: from the command line, beside a running relay. */

import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { systemClock } from '../../shared/clock.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { csvLine } from '../app/csv.ts';
import type { HoldRecord } from '../model/hold.ts';
import { asSchoolId } from '../model/keys.ts';
import { nextStep } from '../plan/decisions.ts';
import type { Profile } from '../profile/profile.ts';
import { readAudit } from '../store/audit/audit.ts';
import { applyDirectoryChanges } from '../store/directory/mirror.ts';
import { readHolds, replaceHolds } from '../store/guard/holds.ts';
import { commitRoster, profileFor, smallRoster } from '../testing/district.ts';
import { addTenant, startTestRelay, type TestRelay } from '../testing/relay-double.ts';
import { runCli } from './program.ts';
import { momentAfter } from './times.ts';

const students = 30;

interface Setting {
  home: string;
  relay: TestRelay;
  tenantId: string;
  cli(...args: string[]): Promise<{ code: number; out: string; err: string }>;
}

/** A relay that serves a district with a profile; no run has taken place. */
async function setUp(t: Test, state: Profile['state']): Promise<Setting> {
  const home = t.testdir();
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const { id: tenantId } = await addTenant(relay, 'contoso');
  const cli = async (...args: string[]) => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const stop = AbortSignal.timeout(60_000);
    const code = await runCli(args, { home, out, err, user: 'kim', clock: systemClock, rich: false, stop });
    out.end();
    err.end();
    return { code, out: await text(out), err: await text(err) };
  };
  const profile = { ...profileFor({ students: 'match', teachers: 'create' }), state };
  await writeFile(join(home, 'profile.json'), JSON.stringify(profile));
  t.match(await cli('profile', 'set', 'contoso', join(home, 'profile.json')), { code: 0 });
  return { home, relay, tenantId, cli };
}

/** A committed roster, and a directory in which every student has an account. */
async function fill({ relay, tenantId }: Setting): Promise<void> {
  const term: RosterRecord = {
    ...{ kind: 'term', id: '1', schoolId: '1', name: 'Year', yearId: '36' },
    ...{ startDate: '2026-08-01', endDate: '2099-06-01' },
  };
  await commitRoster({ store: relay.store, tenantId }, [...smallRoster(students), term], systemClock);
  const upserts = Array.from({ length: students }, (_, index) => ({
    ...{ id: `account-${index}`, userPrincipalName: `s${index}@contoso.edu`, mail: null },
    mailNickname: String(4000 + index),
  }));
  const changes = { full: true, upserts, deletes: [], deltaLink: 'https://graph.microsoft.com/delta', selected: 'id' };
  await relay.store.withTenant(tenantId, (scope) => applyDirectoryChanges(scope, changes, new Date().toISOString()));
}

t.test(
  'shows the plan of a new profile: totals, samples with values, one person, everything as CSV and JSON',
  async (t) => {
    const setting = await setUp(t, 'preview');
    const { home, cli } = setting;
    t.match(await cli('plan', 'contoso'), {
      code: 75,
      err: /PLAN_NOT_READY.*no agent has enrolled.*\n {2}→ .*"hallpass-relay serve"/,
    });
    await fill(setting);

    const { out } = await cli('plan', 'contoso');
    t.match(out, /Profile "test" is in preview: .*write nothing/);
    t.match(out, /createSchool +2 +0 +2\n/);
    t.match(out, /updateUser +30 +0 +30\n/);
    t.match(
      out,
      /updateUser, 3 of 30\n {2}the account of .* is updated\n {4}students:10 \(school 1\): the person was matched to this account\n {4}.*: student/,
    );
    t.match(out, /→ hallpass-relay profile enable contoso\n$/);

    const all = JSON.parse((await cli('plan', 'contoso', '--json')).out);
    t.match(all.totals[0], { kind: 'createSchool', planned: 2, held: 0 });
    t.match(all, { profile: { state: 'preview' }, rosterVersion: 1, holds: [] });
    const teacher = all.operations.find((one: { kind: string }) => one.kind === 'createUser');
    t.match(teacher, { key: 'teachers:90', schoolId: '1', after: { userPrincipalName: 'teacher0@contoso.edu' } });

    const one = JSON.parse((await cli('plan', 'contoso', '--json', '--person', '17', '--kind', 'addMembers')).out);
    t.equal(one.operations.length, 3, 'three classes');
    t.ok(one.operations.every((each: { people: string[] }) => each.people.includes('students:17')));

    const file = join(home, 'plan.csv');
    t.match(await cli('plan', 'contoso', '--csv', file), { code: 0, out: /^Wrote \d+ lines to / });
    const lines = (await readFile(file, 'utf8')).split('\r\n');
    t.equal(lines[0], '\uFEFF"operation","object","school","person","held","reason","before","after"');
    t.equal(lines.filter((line) => /^"addMembers".*"students:17"/.test(line)).length, 3, 'a line for each person');
    t.equal((await stat(file)).mode & 0o077, 0, 'only its owner can read it');
    t.match(await cli('plan', 'contoso', '--csv', join(home, 'none/plan.csv')), { code: 78, err: /FILE_UNWRITABLE/ });
    t.match(await cli('plan', 'contoso', '--kind', 'deleteEverything'), { code: 64, err: /--kind/ });
  },
);

t.test('no cell of a CSV is a formula', async (t) => {
  t.equal(
    csvLine(['=1+1', '+1', '-1', '@a', '\t=1', 'a "b", c']),
    `"'=1+1","'+1","'-1","'@a","'\t=1","a ""b"", c"\r\n`,
  );
  t.equal(
    csvLine(['＝1', '＠a', ' =1', '\u200b+1', '\n-1', "a'=1"]),
    `"'＝1","'＠a","' =1","'\u200b+1","'\n-1","a'=1"\r\n`,
  );
  t.equal(
    csvLine(['\u001b]0;x\u0007', 'a\0b', '\u202ecba\u2066']),
    '"\\u001b]0;x\\u0007","a\\u0000b","\\u202ecba\\u2066"\r\n',
  );
});

t.test('the relay notices when a profile is enabled or paused, and the audit log records it', async (t) => {
  const { relay, tenantId, cli } = await setUp(t, 'preview');
  await waitFor(() => relay.woken.length === 1);
  t.match(await cli('profile', 'enable', 'contoso', '--unchecked', '--note', 'Kim Lee'), {
    code: 0,
    out: /enabled: the next run writes/,
  });
  await waitFor(() => relay.woken.length === 2);
  t.match(await cli('status', 'contoso'), { out: /Profile "test" \(enabled\)/ });
  t.match(await cli('profile', 'pause', 'contoso'), { code: 0, out: /paused: nothing runs/ });
  t.match(JSON.parse((await cli('profile', 'show', 'contoso')).out), { state: 'paused', guards: { expiryDays: 7 } });
  t.match(await relay.store.withTenant(tenantId, (scope) => readAudit(scope, { limit: 9 })), [
    { who: 'kim', action: 'profile.paused' },
    { who: 'kim', note: 'Kim Lee', action: 'profile.enabled', detail: { profile: 'test' } },
    { who: 'kim', action: 'profile.set' },
  ]);
});

t.test('decides about what is held', async (t) => {
  const { relay, tenantId, cli } = await setUp(t, 'enabled');
  const held = (school: string): HoldRecord => {
    const schoolId = asSchoolId(school);
    const key = `removeMember:${schoolId}:share`;
    const hold = { key, kind: 'removeMember', schoolId, rule: 'share', count: 200, there: 1000, earlier: 14 } as const;
    const words = {
      reason: 'Too many.',
      effect: '200 students leave.',
      sample: [{ key: 'class:5' as const, reason: 'r' }],
    };
    return nextStep(undefined, { ...hold, ...words }, new Date().toISOString(), 7).record;
  };
  t.match(await cli('holds', 'list', 'contoso'), { code: 0, out: 'Nothing is held.\n' });
  await relay.store.withTenant(tenantId, (scope) => replaceHolds(scope, 'test', ['1', '2', '3'].map(held)));
  t.match(await cli('holds', 'list', 'contoso'), {
    out: /removeMember:1:share {2}waiting\n {2}200 × removeMember, after 14 within 24 hours, in school 1.*\n {2}Too many.\n {2}If approved: 200 students leave/,
  });
  t.match(await cli('status', 'contoso'), { out: /removeMember:3:share +200 +waiting\n/ });

  await waitFor(() => relay.woken.length === 1);
  const approve = (...args: string[]) => cli('holds', 'approve', 'contoso', ...args);
  t.match(await approve('removeMember:9:share'), { code: 78, err: /HOLD_UNKNOWN/ });
  t.match(await approve('removeMember:1:share', '--limit', '100'), { code: 78, err: /HOLD_NOT_COVERED.*200.*100/ });
  t.match(await approve('removeMember:1:share', '--until', 'yesterday'), { code: 64, err: /--until/ });
  t.match(await approve('removeMember:1:share', '--limit', '300', '--until', '36h', '--note', 'Kim Lee'), { code: 0 });
  await waitFor(() => relay.woken.length === 2);
  t.match(await cli('holds', 'reject', 'contoso', 'removeMember:2:share'), { out: /until the cause changes/ });
  t.match(await approve(), { out: /^approved removeMember:3:share, up to 200 operations until / });
  t.match(await approve(), { out: 'Nothing waits for a decision.\n' });
  t.match(await relay.store.withTenant(tenantId, (scope) => readHolds(scope)), [
    { state: 'approved', decidedBy: 'kim', decidedCount: 300 },
    { state: 'rejected', decidedBy: 'kim', expiresAt: null },
    { state: 'approved', decidedBy: 'kim', decidedCount: 200 },
  ]);
});

t.test('parses moments in options', async (t) => {
  const now = Date.parse('2026-08-18T12:00:00Z');
  t.equal(momentAfter('36h', now), '2026-08-20T00:00:00.000Z');
  t.equal(momentAfter('7d', now), '2026-08-25T12:00:00.000Z');
  t.equal(momentAfter('2026-08-20', now), new Date(2026, 7, 20, 23, 59, 59, 999).toISOString());
  for (const wrong of ['', '0h', 'soon', '2026-08-17', '2026-13-01']) t.throws(() => momentAfter(wrong, now), wrong);
});

/** Until the relay, which looks every 20 ms, has seen it; if it never does, tap's own timeout ends the test. */
async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

t.test('finds a person by number, user name or name; an unknown person or code is an error', async (t) => {
  const setting = await setUp(t, 'preview');
  const { cli } = setting;
  await fill(setting);
  for (const command of [
    ['plan', 'contoso', '--person', 'zzz'],
    ['explain', 'contoso', '--student', 'zzz'],
  ]) {
    const answer = await cli(...command);
    t.equal(answer.code, 78, command.join(' '));
    t.match(answer.err, /PERSON_NOT_FOUND.*"zzz"/);
  }
  t.match((await cli('explain', 'contoso', '--student', '4003')).out, /students:13 is in PowerSchool/, 'a number');
  t.match(
    (await cli('explain', 'contoso', '--student', 'STUDENT3')).out,
    /students:13 is in PowerSchool/,
    'a user name',
  );
  t.match(
    await cli('explain', 'contoso', '--teacher', '4003'),
    { code: 78, err: /PERSON_NOT_FOUND\] No teacher in this district is "4003"\. There is a student: .*students:13/ },
    'the other role is named',
  );
  t.match(await cli('explain', 'contoso', '--teacher', 'kim o’neil'), { code: 78 });
  const codes = await cli('problems', 'contoso', '--code', 'unmatchedentry');
  t.match(codes, { code: 78, err: /PROBLEM_CODE_UNKNOWN.*Did you mean "UnmatchedEntry"/ });
});
