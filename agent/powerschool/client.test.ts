/** PowerSchool over real HTTP: tokens, pacing, refusals. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { person } from '../testing/district.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openPowerQueries } from '../testing/power-queries.ts';
import { PowerSchoolDouble } from '../testing/powerschool-double.ts';

async function open(t: Test, settings: { minIntervalMs?: number; clientSecret?: string } = {}) {
  const powerschool = new PowerSchoolDouble();
  const origin = await powerschool.open();
  powerschool.set('student:1', [person('5', 'student')]);
  const clock = new ManualClock();
  const defaults = { minIntervalMs: 0, pageSize: 10, horizonDays: 0, caFile: undefined, clientSecret: 'correct' };
  const source = await openPowerQueries({ origin, clientId: 'client', ...defaults, ...settings }, clock);
  t.teardown(async () => {
    await source.close();
    await powerschool.close();
  });
  const tokens = () => powerschool.asked.filter(({ path }) => path === '/oauth/access_token').length;
  return { powerschool, clock, source, tokens, origin };
}

t.test('uses one token for many requests and renews it early, whether seconds are text or a number', async (t) => {
  for (const expiresIn of ['3600', 3600]) {
    const { powerschool, source, tokens } = await open(t);
    powerschool.expiresIn = expiresIn;
    // PowerSchool's own clock counts: its Date header moves on by a day here.
    await Promise.all([source.probe(), source.probe(), source.count({ kind: 'student', schoolId: '1' })]);
    t.equal(tokens(), 1, 'requested once although three callers wanted it');
    powerschool.fault = (_, answer) => ({
      ...answer,
      headers: { date: new Date(Date.now() + 3_590_000).toUTCString() },
    });
    await source.probe();
    await source.probe();
    t.equal(tokens(), 2);
  }
});

t.test('replaces a token that PowerSchool no longer accepts once, never in a loop', async (t) => {
  const { powerschool, clock, source, tokens } = await open(t);
  await source.probe();
  powerschool.token = 'token-2';
  t.equal((await source.probe()).size, 1);
  t.equal(tokens(), 2);

  powerschool.fault = ({ query }) =>
    query === 'probe'
      ? { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' }, body: {} }
      : undefined;
  await t.rejects(source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED' });
  t.equal(tokens(), 3);
  await t.rejects(source.probe(), { code: 'POWERSCHOOL_SECRET_REFUSED', message: /fresh token/ });
  t.equal(tokens(), 3, 'and not before the pause is over');
  clock.advance(60_000);
  powerschool.fault = ({ query }) =>
    query === 'probe' ? { status: 401, body: { errorMessage: { message: 'Plugin is missing READ' } } } : undefined;
  const refused = { code: 'POWERSCHOOL_SECRET_REFUSED', message: /missing READ/, retryAfterMs: 300_000 };
  await t.rejects(source.probe(), refused);
  t.equal(tokens(), 4, 'missing rights have nothing to do with the token');
  clock.advance(300_000);
  powerschool.fault = () => undefined;
  t.equal((await source.probe()).size, 1);
});

t.test('spaces requests, and repeats a throttled one when PowerSchool says', async (t) => {
  const { powerschool, clock, source } = await open(t, { minIntervalMs: 300 });
  await Promise.all([source.probe(), source.probe()]);
  t.equal(clock.slept.length, 2, 'the token at once, both probes in turn');
  t.ok(clock.slept.every((ms) => ms > 0 && ms <= 300));

  // The server closes a kept-alive connection just as it is used: the second attempt keeps the interval as well.
  let cuts = 1;
  powerschool.cut = () => {
    cuts -= 1;
    return cuts >= 0;
  };
  clock.slept.length = 0;
  t.equal((await source.probe()).size, 1);
  t.equal(clock.slept.length, 2, 'before the request, and before it is repeated');

  const { powerschool: busy, clock: waits, source: eager } = await open(t);
  let refusals = 2;
  const refuse: PowerSchoolDouble['fault'] = ({ query }) => {
    if (query !== 'probe' || refusals === 0) return undefined;
    refusals -= 1;
    return { status: 429, headers: { 'retry-after': '3' }, body: { message: 'too many requests' } };
  };
  busy.fault = refuse;
  t.equal((await eager.probe()).size, 1);
  t.same(waits.slept, [3000, 3000]);
  refusals = 100;
  await t.rejects(eager.probe(), { code: 'POWERSCHOOL_THROTTLED', retryAfterMs: 3000 });
  t.equal(powerschool.of('probe').length, 4);
});

t.test('reports a host that is not PowerSchool, does not exist, or fails', async (t) => {
  const { powerschool, source } = await open(t);
  const answers: [number, string | object, string][] = [
    [404, '<html>not found</html>', 'POWERSCHOOL_WRONG_HOST'],
    [405, {}, 'POWERSCHOOL_WRONG_HOST'],
    [500, {}, 'POWERSCHOOL_FAILED'],
    [200, {}, 'POWERSCHOOL_MALFORMED'],
    [302, '', 'POWERSCHOOL_MAINTENANCE'],
  ];
  for (const [status, body, code] of answers) {
    powerschool.fault = () => ({ status, body });
    await t.rejects(source.probe(), { code }, `${status}`);
  }
  await powerschool.close();
  powerschool.close = async () => undefined;
  await t.rejects(source.probe(), { code: 'POWERSCHOOL_UNREACHABLE' });
});

t.test("the horizon is the district's date, not the agent's", async (t) => {
  const { powerschool, source } = await open(t);
  // At half past midnight in London it is still the previous day in New York, where the metadata places the district.
  powerschool.fault = (_, answer) => ({ ...answer, headers: { date: 'Sat, 02 Aug 2025 00:30:00 GMT' } });
  await source.describe();
  await source.probe();
  t.same(powerschool.of('probe').at(-1)?.binds, { horizon: '2025-08-01' });
});

t.test('verifies TLS: only the file with the private authority makes it succeed', async (t) => {
  const authority = await createAuthority();
  const server = createServer(await authority.issue(['127.0.0.1']), (_, response) => response.writeHead(404).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const origin = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const caFile = join(t.testdir({}), 'ca.pem');
  await writeFile(caFile, authority.ca);
  const settings = { origin, clientId: 'c', clientSecret: 's', minIntervalMs: 0, pageSize: 10, horizonDays: 0 };
  for (const [file, code] of [
    [undefined, 'POWERSCHOOL_TLS_UNTRUSTED'],
    [caFile, 'POWERSCHOOL_WRONG_HOST'],
  ] as const) {
    const source = await openPowerQueries({ ...settings, caFile: file }, new ManualClock());
    await t.rejects(source.probe(), { code });
    await source.close();
  }
});
