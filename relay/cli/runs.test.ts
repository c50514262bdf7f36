/** Journal and audit log from the command line, against the Microsoft simulator. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandLine } from '../testing/command-line.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { startTestRelay, testProfile } from '../testing/relay-double.ts';

t.test('shows what runs did, and who changed what', async (t) => {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  const cli = commandLine(home, 'kim');
  t.match(await cli('runs', 'contoso'), { out: 'Nothing has run yet.\n' });
  await district.commit(smallRoster(6));
  await district.run();
  await district.commit(smallRoster(6).filter(({ id }) => id !== '300'));
  await district.run();

  const runs = JSON.parse((await cli('runs', 'contoso', '--json')).out).runs;
  t.match(runs, [
    { number: 2, state: 'success', done: 1, planned: { removeMember: 1 } },
    { number: 1, state: 'success' },
  ]);
  t.match(await cli('runs', 'contoso', '--limit', '1'), { out: /\n2 +test +\S+ +\S+ +success +1 +0 +0 +0 +0\n\nWhat/ });
  t.match(await cli('run', 'contoso', '2'), {
    out: /Planned: 1 removeMember\n {2}1 done.*removeMember class:50: done\n {2}the student is no longer.*after: {2}\["students:10"\]/s,
  });
  t.match(await cli('run', 'contoso', '1', '--failed'), { out: /Nothing failed/ });
  t.match(await cli('run', 'contoso', '9'), { code: 78, err: /RUN_UNKNOWN/ });
  const csv = join(home, 'run.csv');
  t.match(await cli('run', 'contoso', '1', '--csv', csv), { out: new RegExp(`Wrote ${runs[1].done} lines`) });
  t.match(readFileSync(csv, 'utf8'), /"createClass","class:50","done","[^"]+","","\{""mailNickname""/);
  t.equal(statSync(csv).mode & 0o077, 0);

  await cli('profile', 'pause', 'contoso');
  t.match(await cli('audit', 'contoso'), {
    out: /profile\.paused {2}by kim\n.*"changes":\{"state":\{"before":"enabled","after":"paused"\}\}/,
  });
  t.match(await cli('audit', 'contoso', '--csv', '-'), { out: /^"at","who","action","detail","note","actor"\r\n"20/ });
  t.match(await cli('audit', 'contoso', '--since', 'tomorrow'), { code: 64, err: /a time in the past/ });
});

t.test('the audit log of a new district shows who created it, and what was set', async (t) => {
  const cli = commandLine(t.testdir(), 'kim');
  await cli('tenant', 'add', 'fabrikam', '--name', 'F', '--graph-tenant', '33333333-3333-4333-8333-333333333333');
  await cli('enroll-code', 'fabrikam', '--note', 'for Kim Lee');
  await cli('configure', '--keep-days', '30');
  t.match(JSON.parse((await cli('audit', 'fabrikam', '--json', '--since', '1h')).out).entries, [
    { who: 'kim', action: 'settings.change', detail: { changes: { journal: { after: { keepDays: 30 } } } } },
    { who: 'kim', note: 'for Kim Lee', action: 'agent.code', detail: { expiresAt: String } },
    { who: 'kim', action: 'tenant.add', detail: { slug: 'fabrikam', name: 'F' } },
  ]);
});

t.test("a serving relay receives people's requests for runs", async (t) => {
  const home = t.testdir();
  const cli = commandLine(home, 'kim');
  await cli('tenant', 'add', 'contoso', '--name', 'C', '--graph-tenant', '33333333-3333-4333-8333-333333333333');
  const file = join(home, 'profile.json');
  writeFileSync(file, JSON.stringify(testProfile));
  t.match(await cli('profile', 'set', 'contoso', file), { code: 0 });
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const [{ id }] = JSON.parse((await cli('tenant', 'list', '--json')).out);
  const heard = async (...expected: string[]) => {
    const since = relay.woken.length;
    return async () => {
      while (relay.woken.length < since + expected.length) await new Promise(setImmediate);
      t.same(relay.woken.slice(since), expected);
    };
  };
  for (const [name, ...expected] of [
    ['now', id],
    ['cancel', `cancel ${id}`],
    ['restart', `cancel ${id}`, id],
  ]) {
    const done = await heard(...expected);
    t.match(await cli('sync', name, 'contoso', '--by', 'Kim Lee'), {
      code: 0,
      err: /^Notice: --by counts as a note; the audit log names the account kim\. Use --note/,
    });
    await done();
  }
  t.match(JSON.parse((await cli('audit', 'contoso', '--json')).out).entries, [
    { who: 'kim', note: 'Kim Lee', action: 'run.restart', actor: { kind: 'terminal', role: 'operator' } },
    { action: 'run.cancel' },
    { action: 'run.start' },
    { action: 'profile.set' },
    { action: 'tenant.add' },
  ]);
});
