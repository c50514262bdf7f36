/** What the running agent does between cycles: quiet hours, and credentials that change while it runs. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { AgentEvent } from '../model/events.ts';
import { changeSettings } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { District } from '../testing/district.ts';
import { Agent } from './agent.ts';

const command = { type: 'command', id: '5e5e0d3f-4d4f-4ad0-8f3c-6f1f5d2c1a11', name: 'sync' } as const;

const hourMs = 3_600_000;

/** A clock that can be moved forward; waits of more than ten minutes last until it is, shorter ones are real. */
class Adjustable implements Clock {
  #ahead = 0;
  #waiting = Promise.withResolvers<void>();

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < hourMs / 6) return systemClock.sleep(ms, signal);
    signal?.throwIfAborted();
    const { promise, reject } = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    await Promise.race([this.#waiting.promise, promise]);
  }

  forward(ms: number): void {
    this.#ahead += ms;
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
  }
}

async function open(t: Test): Promise<District> {
  const district = await District.open(join(t.testdir({}), 'state'), 3);
  t.teardown(() => district.close());
  return district;
}

async function start(t: Test, district: District, clock: Clock) {
  const stop = new AbortController();
  const { parts } = await district.bench.agent(stop.signal);
  const events: AgentEvent[] = [];
  const heard: (() => void)[] = [];
  const report = (event: AgentEvent) => {
    events.push(event);
    for (const wake of heard.splice(0)) wake();
  };
  const agent = new Agent({ ...parts, clock, report }, stop.signal);
  const running = agent.run();
  /** The nth event with that name. */
  const event = async (name: AgentEvent['event'], nth = 1) => {
    const found = () => events.filter((seen) => seen.event === name)[nth - 1];
    while (found() === undefined) await new Promise<void>((resolve) => heard.push(resolve));
    return found();
  };
  t.teardown(async () => {
    stop.abort();
    await running;
    await parts.lock.release();
  });
  return { events, event };
}

/** Sets quiet hours from one to another number of hours from now, in UTC, the zone of this district. */
async function quiet(district: District, from: number, to: number): Promise<void> {
  const time = (hours: number) => new Date(Date.now() + hours * hourMs).toISOString().slice(11, 16);
  const state = await AgentState.open(district.folder);
  await state.saveSettings(changeSettings(state.settings, { quiet: [{ from: time(from), to: time(to) }] }));
}

/** PowerSchool's clock follows the agent's. */
function liveInUtc(district: District, clock: Clock, onAsked: (query: string | undefined) => void = () => undefined) {
  district.powerschool.fault = ({ path, query }, answer) => {
    onAsked(query);
    const headers = { date: new Date(clock.now()).toUTCString() };
    const body = path === '/ws/v1/metadata' ? { metadata: { district_timezone: 'UTC' } } : answer.body;
    return { ...answer, headers, body };
  };
}

t.test('asks nothing in quiet hours, not even for the relay, until they are over', async (t) => {
  const district = await open(t);
  await quiet(district, -1, 1);
  const clock = new Adjustable();
  liveInUtc(district, clock);
  const waiting = district.relay.next('status');
  const { event } = await start(t, district, clock);
  t.match(await event('agent.quiet'), { until: /^20\d\d-.*:00\.000Z$/ });
  t.match(await waiting, { state: 'waiting' });
  const result = district.relay.next('result');
  district.relay.send(command);
  t.match(await result, { ok: false, error: { code: 'QUIET_HOURS' } });
  t.same(
    district.powerschool.asked.map(({ path }) => path),
    ['/ws/v1/metadata'],
  );
  const status = district.relay.next('status');
  clock.forward(hourMs);
  t.match(await status, { state: 'idle' });
  t.equal(district.powerschool.of('probe').length, 1);
});

t.test('a cycle that is running when quiet hours begin ends after its current bucket', async (t) => {
  const district = await open(t);
  await quiet(district, 1, 3);
  const clock = new Adjustable();
  liveInUtc(district, clock, (query) => {
    if (query === 'section' && clock.now() < Date.now() + hourMs) clock.forward(1.5 * hourMs);
  });
  const { event } = await start(t, district, clock);
  t.match(await event('cycle.committed'), { bucketsFailed: 0 });
  t.equal(district.powerschool.of('studentEnrollment').length, 0, 'the rest waits for the end');
  await event('agent.quiet');

  clock.forward(2 * hourMs);
  await event('cycle.committed', 2);
  t.same(district.relay.ids(), Object.fromEntries(Object.entries(district.ids()).sort()));
});

t.test('a person may sync at any time', async (t) => {
  const district = await open(t);
  await quiet(district, -1, 1);
  liveInUtc(district, systemClock);
  await district.bench.sync();
  t.same(district.relay.ids(), Object.fromEntries(Object.entries(district.ids()).sort()));
});

t.test('a paused agent uses a changed secret within seconds', async (t) => {
  const district = await open(t);
  district.powerschool.clientSecret = 'rotated';
  // Only the check of the credentials is sped up; every other wait is real.
  const looks: number[] = [];
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: async (ms, signal) => {
      if (ms !== 5000) return systemClock.sleep(ms, signal);
      signal?.throwIfAborted();
      looks.push(ms);
      await setImmediate();
    },
  };
  const problem = district.relay.next('status');
  const { event } = await start(t, district, clock);
  t.match(await problem, { state: 'problem', problem: { code: 'POWERSCHOOL_SECRET_REFUSED' } });
  t.match(await event('problem'), { code: 'POWERSCHOOL_SECRET_REFUSED' });
  const asked = district.powerschool.asked.length;

  const fixed = district.relay.next('status');
  await (await AgentState.open(district.folder)).saveSecret('rotated');
  t.match(await fixed, { state: 'idle' });
  const tokens = district.powerschool.asked.slice(asked).filter(({ path }) => path === '/oauth/access_token');
  t.equal(tokens.length, 1, 'nothing was tried in between');
  t.ok(looks.length > 0);
});
