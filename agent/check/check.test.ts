/** The whole check on real sockets, and its findings about the state folder. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { runChecks } from './check.ts';
import { all, findings, of, secrets, Testbed } from './testing/testbed.ts';

const platform = process.platform;
const testbed = await Testbed.open(t);

t.test('passes every check through a proxy that requires a sign-in', async (t) => {
  const notEnrolled = await testbed.check();
  t.same(findings(notEnrolled), { 'relay.identity': 'fail' }, 'not enrolled is a failure');
  t.match(of(notEnrolled, 'relay.upgrade'), { status: 'pass', fact: /A relay answers \(status 401/ });
  t.match(of(notEnrolled, 'relay.identity'), { action: /hallpass-agent enroll/ });

  await testbed.enroll();
  const checks = await testbed.check();
  t.same(
    checks.map(({ name }) => name),
    [
      ...['settings', 'state-folder', 'powerschool.dns', 'powerschool.tcp', 'powerschool.tls', 'powerschool.metadata'],
      ...['powerschool.token', 'powerschool.grants', 'powerschool.queries', 'powerschool.pages'],
      ...['relay.dns', 'relay.tcp', 'relay.proxy', 'relay.tls', 'relay.upgrade', 'relay.identity', 'profile', 'clock'],
    ],
  );
  t.same(findings(checks), {});
  t.ok(checks.every(({ action }) => action === ''));
  t.match(of(checks, 'relay.tls'), { fact: /"relay\.test", issued by "District CA", valid until .*TLSv1\.3/ });
  t.match(of(checks, 'relay.identity'), { fact: /knows agent .* of Test district/ });
  t.match(of(checks, 'powerschool.metadata'), { fact: 'PowerSchool 25.2.0.0, time zone America/Los_Angeles.' });
  t.match(of(checks, 'relay.dns'), { fact: /the proxy looks up relay\.test/ });
  t.equal(testbed.relay.checks, 1);
  t.equal(testbed.relay.connections, 0, 'no connection that could replace the agent that works');

  const { db } = testbed.simulator;
  const names = db
    .prepare('SELECT First_Name, Last_Name, Student_Number FROM STUDENTS')
    .all()
    .flatMap((row) => Object.values(row));
  const text = JSON.stringify([notEnrolled, checks]);
  for (const hidden of [testbed.secret, secrets.password, secrets.username, 'ann']) t.notOk(text.includes(hidden));
  t.ok(names.length > 100);
  t.same(
    names.filter((name) => text.includes(`"${name}"`) || text.includes(` ${name} `)),
    [],
  );

  const old: Clock = { ...systemClock, now: () => Date.now() - 45_000 };
  t.match(of(await testbed.check({ clock: old }), 'clock'), {
    status: 'warn',
    fact: /45 s behind the relay's\. The agent uses the relay's clock meanwhile\./,
  });
  const older: Clock = { ...systemClock, now: () => Date.now() - 600_000 };
  const skewed = await testbed.check({ clock: older });
  t.match(of(skewed, 'clock'), { status: 'warn', fact: /10 min behind the relay's/, action: /time synchronization/ });
  t.equal(of(skewed, 'relay.identity')?.status, 'pass', 'the check corrects the clock as the agent does');
  const little: Clock = { ...systemClock, now: () => Date.now() - 25_000 };
  t.equal(of(await testbed.check({ clock: little }), 'clock')?.status, 'pass', 'the relay tolerates it');
  const days: Clock = { ...systemClock, now: () => Date.now() + 2 * 86_400_000 };
  const lost = await testbed.check({ clock: days });
  t.match(of(lost, 'clock'), { status: 'fail', fact: /ahead of the relay's/ });
  t.equal(of(lost, 'relay.identity')?.status, 'fail', 'too far off to be corrected');
});

t.test('reports what is missing or readable by others in the state folder', async (t) => {
  await chmod(join(testbed.folder, 'powerschool-secret'), 0o644);
  t.match(of(await testbed.check(), 'state-folder'), {
    status: 'warn',
    fact: /powerschool-secret/,
    action: /chmod go=/,
  });
  await chmod(join(testbed.folder, 'powerschool-secret'), 0o600);
  await testbed.configure({ 'log.file': join(testbed.folder, 'settings.json', 'agent.log') });
  const silent = of(await testbed.check(), 'state-folder');
  t.match(silent, {
    status: 'warn',
    fact: /agent\.log cannot be written: a part of the path is a file/,
    action: /--log-file/,
  });
  await testbed.configure({ 'log.file': join(testbed.folder, 'new', 'folder', 'agent.log') });
  t.match(of(await testbed.check(), 'state-folder'), { status: 'pass' });
  await writeFile(join(testbed.folder, 'settings.json'), '{');
  await writeFile(join(testbed.folder, 'settings.json.bak'), '{');
  const broken = await testbed.check();
  t.match(broken[0], { name: 'settings', status: 'fail', fact: /settings\.json cannot be read/ });
  t.equal(broken.length, 18, 'every check reports');

  const folder = join(t.testdir({}), 'nowhere');
  const parts = { folder, env: { http_proxy: 'http://proxy' }, platform, clock: systemClock };
  const nothing = await all(runChecks({ ...parts, signal: new AbortController().signal }));
  t.match(nothing[0], {
    status: 'fail',
    fact: /address of PowerSchool, client id, client secret, address of the relay/,
  });
  t.same(findings(nothing), { settings: 'fail', 'state-folder': 'warn', clock: 'warn' });

  const stopped = runChecks({ ...parts, signal: AbortSignal.abort(new Error('stopped')) });
  await t.rejects(all(stopped), { message: 'stopped' });
});
