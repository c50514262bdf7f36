/** The loop that serves a tenant, with the Microsoft simulator. */
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { createLog } from '../log/log.ts';
import { lastRun } from '../store/runs/journal.ts';
import { smallRoster } from '../testing/district.ts';
import { districtToServe, startLoop, storeProfile } from '../testing/live-loop.ts';
import { StoppedClock } from '../testing/stopped-clock.ts';
import { startSyncLoop } from './loop.ts';
import type { Turns } from './turns.ts';

t.test('pausing a profile ends its run between two batches; enabling it does the rest', async (t) => {
  const district = await districtToServe(t, 200);
  const { store, tenantId, clock, microsoft } = district;
  await district.commit(smallRoster(200));
  const loop = await startLoop(t, district);
  const setState = async (state: 'enabled' | 'paused') => {
    await storeProfile(district, { state });
    loop.wake(tenantId);
  };

  while (microsoft.stats.writes < 20) await new Promise(setImmediate);
  await setState('paused');
  await loop.event('run.paused');
  const { writes } = microsoft.stats;
  t.ok(writes < 400, `${writes} writes until then`);
  const run = await store.withTenant(tenantId, (scope) => lastRun(scope));
  t.match(run, { state: 'paused', finishedAt: String });
  t.equal(run?.done, writes, 'every answer is in the journal');
  t.notMatch(loop.log(), /run\.failed/);

  clock.advance(1000);
  await setState('enabled');
  await loop.event('run.finished');
  t.match(await store.withTenant(tenantId, (scope) => lastRun(scope)), { state: 'success', failed: 0 });
  t.equal((await district.dump()).class.length, 6);
});

t.test('a profile rests until the day on which it starts', async (t) => {
  const district = await districtToServe(t, 6);
  const { tenantId, clock, microsoft } = district;
  await district.commit(smallRoster(6));
  const day = (days: number) => new Date(clock.now() + days * 86_400_000).toISOString().slice(0, 10);
  await storeProfile(district, { dates: { startsOn: day(5) } });
  const loop = await startLoop(t, district);
  await loop.event('run.resting');
  t.match(loop.log(), /the profile starts on 20/);
  t.equal(microsoft.stats.requests, 0);
  await storeProfile(district, { dates: { startsOn: day(-1) } });
  loop.wake(tenantId);
  await loop.event('run.finished');
  t.equal((await district.dump()).class.length, 6);
});

t.test('a tenant without a profile or a roster gets no turn, and what was known of it is forgotten', async (t) => {
  const district = await districtToServe(t, 6);
  const { store, tenantId, settings } = district;
  const calls = new EventEmitter();
  const next = async (): Promise<string> => (await once(calls, 'call'))[0];
  const turns: Turns = {
    take: async () => void calls.emit('call', 'take'),
    forget: () => calls.emit('call', 'forget'),
    close: async () => undefined,
  };
  const log = createLog('json', new PassThrough());
  const { signal } = new AbortController();
  await storeProfile(district, { state: 'paused' });
  let call = next();
  const loop = await startSyncLoop({ store, settings, turns, clock: new StoppedClock(), log, signal });
  t.teardown(() => loop.close());
  t.equal(await call, 'forget', 'the profile is paused');

  await storeProfile(district, { state: 'enabled' });
  call = next();
  loop.wake(tenantId);
  t.equal(await call, 'forget', 'PowerSchool has not been read');

  await district.commit(smallRoster(6));
  call = next();
  loop.wake(tenantId);
  t.equal(await call, 'take');
});
