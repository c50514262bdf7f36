/** The loop that serves a tenant, with the Microsoft simulator. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import { createLog } from '../log.ts';
import { parseProfile } from '../profile.ts';
import { lastRun } from '../store/journal.ts';
import { setProfile } from '../store/profiles.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { startSyncLoop } from './loop.ts';

t.test('pausing a profile ends its run between two batches; enabling it does the rest', async (t) => {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 200, accounts: true });
  t.teardown(() => district.close());
  const { store, tenantId, settings, vault, clock, microsoft } = district;
  await district.commit(smallRoster(200));
  const out = new PassThrough();
  let lines = '';
  out.setEncoding('utf8').on('data', (chunk) => {
    lines += chunk;
  });
  const setState = async (state: 'enabled' | 'paused') => {
    await store.withTenant(tenantId, (scope) => setProfile(scope, { ...district.profile, state }, new Date()));
    loop.wake(tenantId);
  };
  const event = async (name: string) => {
    while (!lines.includes(`"event":"${name}"`)) await new Promise(setImmediate);
  };

  const { signal } = new AbortController();
  const loop = await startSyncLoop({ store, settings, vault, clock, log: createLog('json', out), signal });
  t.teardown(() => loop.close());
  while (microsoft.stats.writes < 20) await new Promise(setImmediate);
  await setState('paused');
  await event('run.paused');
  const { writes } = microsoft.stats;
  t.ok(writes < 400, `${writes} writes until then`);
  const run = await store.withTenant(tenantId, (scope) => lastRun(scope));
  t.match(run, { state: 'paused', finishedAt: String });
  t.equal(run?.done, writes, 'every answer is in the journal');
  t.notMatch(lines, /run\.failed/);

  clock.advance(1000);
  await setState('enabled');
  await event('run.finished');
  t.match(await store.withTenant(tenantId, (scope) => lastRun(scope)), { state: 'success', failed: 0 });
  t.equal((await district.dump()).class.length, 6);
});

t.test('a profile rests until the day on which it starts', async (t) => {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  const { store, tenantId, settings, vault, clock, microsoft } = district;
  await district.commit(smallRoster(6));
  const day = (days: number) => new Date(clock.now() + days * 86_400_000).toISOString().slice(0, 10);
  const start = async (startsOn: string) => {
    const profile = parseProfile({ ...district.profile, dates: { startsOn } }, 'test');
    await store.withTenant(tenantId, (scope) => setProfile(scope, profile, new Date()));
  };
  const out = new PassThrough();
  let lines = '';
  out.setEncoding('utf8').on('data', (chunk) => {
    lines += chunk;
  });
  const event = async (name: string) => {
    while (!lines.includes(`"event":"${name}"`)) await new Promise(setImmediate);
  };
  await start(day(5));
  const { signal } = new AbortController();
  const loop = await startSyncLoop({ store, settings, vault, clock, log: createLog('json', out), signal });
  t.teardown(() => loop.close());
  await event('run.resting');
  t.match(lines, /the profile starts on 20/);
  t.equal(microsoft.stats.requests, 0);
  await start(day(-1));
  loop.wake(tenantId);
  await event('run.finished');
  t.equal((await district.dump()).class.length, 6);
});
