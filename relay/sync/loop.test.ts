/** The loop that serves a tenant, with the Microsoft simulator. */
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { VirtualClock } from '../../shared/testing/virtual-clock.ts';
import { createLog } from '../log/log.ts';
import { lastRun } from '../store/runs/journal.ts';
import { smallRoster } from '../testing/district.ts';
import { districtToServe, startLoop, storeProfile } from '../testing/live-loop.ts';
import { StoppedClock } from '../testing/stopped-clock.ts';
import { startSyncLoop } from './loop.ts';
import type { Turns } from './turns.ts';
import type { Wakes } from './wakes.ts';

t.test('pausing a profile ends its run between two batches; enabling it completes the work', async (t) => {
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

t.test('a profile is idle until its start date', async (t) => {
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

t.test('a tenant without a profile or a roster gets no turn, and its state leaves memory', async (t) => {
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
  loop.wake(tenantId);
  t.equal(await call, 'forget', 'the profile is paused');

  await storeProfile(district, { state: 'enabled' });
  call = next();
  loop.wake(tenantId);
  t.equal(await call, 'forget', 'the roster is missing');

  await district.commit(smallRoster(6));
  call = next();
  loop.wake(tenantId);
  t.equal(await call, 'take');
});

t.test('changes that arrive during a run join it, and no other run follows at once', async (t) => {
  const district = await districtToServe(t, 200);
  const { tenantId, microsoft } = district;
  const roster = smallRoster(200);
  await district.commit(roster);
  const loop = await startLoop(t, district);
  while (microsoft.stats.writes < 20) await new Promise(setImmediate);
  await district.commit([...roster, ...newSection]);
  loop.wake(tenantId);
  await loop.event('run.finished');
  const first = (await loop.runs()).at(-1);
  t.match(first, { number: 1, state: 'success', failed: 0, planned: { createClass: 7 } });
  t.equal((await district.dump()).class.length, 7);
  t.equal(microsoft.stats.byPath.get('POST /education/classes'), 7);
});

t.test('a changed profile replaces the run between two batches: the next one decides everything again', async (t) => {
  const district = await districtToServe(t, 200);
  const { tenantId, microsoft } = district;
  await district.commit(smallRoster(200));
  const loop = await startLoop(t, district);
  while (microsoft.stats.writes < 20) await new Promise(setImmediate);
  await storeProfile(district, { properties: { student: ['grade'] } });
  loop.wake(tenantId);
  const next = await loop.runThat(({ number }) => number >= 2);
  const [first] = (await loop.runs()).slice(-1);
  t.match(first, { number: 1, state: 'replaced' });
  t.ok((first?.done ?? 0) < 400, 'it did not continue to its end');
  t.match(next, { state: 'success', failed: 0 });
  const { user, class: classes } = await district.dump();
  t.equal(classes.length, 6);
  t.equal(user.filter(({ student }) => student !== null && student !== undefined).length, 200);
  t.equal(microsoft.stats.byPath.get('POST /education/classes'), 6, 'nothing was created twice');
});

t.test('the next turn starts when the last one says, or after a quarter of an hour', async (t) => {
  const { taken, clock } = await follow(t, [5_000, 60_000, undefined, -1, 3_600_000, undefined]);
  const pauses = taken.slice(1).map((at, index) => at - (taken[index] ?? 0));
  t.same(pauses, [5_000, 60_000, quarter, 0, quarter], 'never later than a quarter of an hour');
  t.ok(clock.now() >= (taken.at(-1) ?? 0));
});

t.test('an unnoticed wake-up starts another turn at once', async (t) => {
  let count = 0;
  const { taken } = await follow(t, [undefined, undefined, undefined, undefined], (wakes) => {
    count += 1;
    if (count === 1) wakes.ring();
    if (count === 2) {
      wakes.ring();
      wakes.notice();
    }
  });
  const pauses = taken.slice(1).map((at, index) => at - (taken[index] ?? 0));
  t.same(pauses, [0, quarter, quarter]);
});

const quarter = 15 * 60_000;

const newSection: RosterRecord[] = [
  {
    ...{ kind: 'section', id: '60', schoolId: '1', courseNumber: 'N', courseName: 'New' },
    ...{ sectionNumber: '1', termId: '1' },
  } as RosterRecord,
  { kind: 'teacherRoster', id: '760', schoolId: '1', sectionId: '60', teacherId: '90' },
];

/**
 * A loop over turns that only say in how many milliseconds the next one is due. @param during called in each turn
 * @returns when each began
 */
async function follow(
  t: Test,
  dues: readonly (number | undefined)[],
  during: (wakes: Wakes) => void = () => undefined,
) {
  const district = await districtToServe(t, 6);
  await district.commit(smallRoster(6));
  const { store, settings } = district;
  const clock = new VirtualClock();
  const taken: number[] = [];
  const over = Promise.withResolvers<void>();
  const turns: Turns = {
    async take({ wakes }) {
      if (taken.length < dues.length) taken.push(clock.now());
      during(wakes);
      const due = dues[taken.length - 1];
      if (taken.length === dues.length) over.resolve();
      return due === undefined ? undefined : clock.now() + due;
    },
    forget: () => undefined,
    close: async () => undefined,
  };
  const log = createLog('json', new PassThrough());
  const { signal } = new AbortController();
  const loop = await startSyncLoop({ store, settings, turns, clock, log, signal });
  await over.promise;
  await loop.close();
  return { taken, clock };
}
