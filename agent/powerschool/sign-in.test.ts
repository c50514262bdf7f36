/** What the agent does after PowerSchool has refused it, against a PowerSchool that counts. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { person } from '../testing/district.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openPowerQueries } from '../testing/power-queries.ts';
import { PowerSchoolDouble } from '../testing/powerschool-double.ts';
import { SignIn } from './sign-in.ts';

const minute = 60_000;

async function open(t: Test) {
  const powerschool = new PowerSchoolDouble();
  const origin = await powerschool.open();
  powerschool.set('student:1', [person('5', 'student')]);
  t.teardown(() => powerschool.close());
  const clock = new ManualClock();
  // PowerSchool's clock follows ours; metadata needs no sign-in.
  powerschool.fault = (_, answer) => ({ ...answer, headers: { date: new Date(clock.now()).toUTCString() } });
  const file = join(t.testdir({}), 'powerschool-refusal.json');
  const credentials = { clientId: 'client', clientSecret: 'wrong' };
  /** Restarts the agent. */
  const start = async (byPerson = false) => {
    const url = origin.origin;
    const signIn = new SignIn({ url, stored: async () => ({ ...credentials }), file, clock, byPerson });
    const settings = { ...credentials, origin, minIntervalMs: 0, pageSize: 10, horizonDays: 0, caFile: undefined };
    const source = await openPowerQueries(settings, clock, signIn);
    t.teardown(() => source.close());
    return { source, signIn };
  };
  const tokens = () => powerschool.asked.filter(({ path }) => path === '/oauth/access_token').length;
  return { powerschool, clock, file, credentials, start, tokens };
}

type Refused = { code: string; message: string; retryAfterMs: number };

t.test('retries a refused secret after 1, 5, 15 and then every 60 minutes', async (t) => {
  const { powerschool, clock, file, start, tokens } = await open(t);
  const { source } = await start();
  const pauses: number[] = [];
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    const error = await source.probe().catch((thrown: Refused) => thrown);
    t.match(error, { code: 'POWERSCHOOL_SECRET_REFUSED', message: /invalid_client/ });
    const pauseMs = 'retryAfterMs' in error ? error.retryAfterMs : 0;
    clock.advance(pauseMs - 1);
    await t.rejects(source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED', retryAfterMs: 1 });
    t.equal(tokens(), attempt, 'not asked during the pause');
    clock.advance(1);
    pauses.push(pauseMs / minute);
  }
  t.same(pauses, [1, 5, 15, 60, 60, 60]);
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.notMatch(await readFile(file, 'utf8'), /wrong/, 'the secret is not in the file');

  powerschool.clientSecret = 'wrong';
  t.equal((await source.probe()).size, 1, 'accepted once it is right');
  await t.rejects(stat(file), 'and forgotten');
});

t.test('repeated restarts of the service do not cause repeated sign-ins', async (t) => {
  const { clock, start, tokens } = await open(t);
  for (let restart = 0; restart < 20; restart += 1) {
    const { source } = await start();
    await t.rejects(source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED' });
    clock.advance(5000);
  }
  t.equal(tokens(), 2, 'at once, and after a minute: 20 starts in 100 seconds');
});

t.test('tries a new secret at once, even in a running agent', async (t) => {
  const { powerschool, credentials, start, tokens } = await open(t);
  const { source, signIn } = await start();
  await t.rejects(source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED' });
  t.equal(await signIn.pauseMs(), minute);
  credentials.clientSecret = powerschool.clientSecret;
  t.equal(await signIn.pauseMs(), 0);
  t.equal((await source.probe()).size, 1);
  t.equal(tokens(), 2);
});

t.test("a person may always try, and success ends the service's pause", async (t) => {
  const { powerschool, file, start, tokens } = await open(t);
  const { source, signIn } = await start();
  await t.rejects(source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED' });
  const remembered = await readFile(file, 'utf8');

  const person = await start(true);
  await t.rejects(person.source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED' });
  t.equal(tokens(), 2);
  t.equal(await readFile(file, 'utf8'), remembered, 'which does not lengthen the pause');

  powerschool.clientSecret = 'wrong';
  await person.source.probe();
  t.equal(await signIn.pauseMs(), 0);
  await source.probe();
});

t.test('neither a clock set back nor a broken file locks the agent out', async (t) => {
  const { clock, file, start } = await open(t);
  const { source, signIn } = await start();
  await t.rejects(source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED' });
  clock.advance(-86_400_000);
  t.equal(await signIn.pauseMs(), minute);
  await writeFile(file, '{"times":');
  t.equal(await signIn.pauseMs(), 0);
});
