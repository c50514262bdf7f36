import { getEventListeners } from 'node:events';
import t from 'tap';
import { systemClock } from './clock.ts';
import { fail } from './errors.ts';
import { type LoopOptions, startLoop } from './service.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

/** Runs a loop for `turns` turns and returns the times of its turns and its reports. */
async function played(turns: number, turn: (at: number) => Promise<void>, options: Partial<LoopOptions> = {}) {
  const clock = new VirtualClock(0);
  const stop = new AbortController();
  const times: number[] = [];
  const reported: string[] = [];
  const loop = startLoop({
    turn: async () => {
      times.push(clock.now());
      if (times.length === turns) stop.abort();
      await turn(times.length);
    },
    pauseMs: 2000,
    backoff: { baseMs: 2000, capMs: 30_000 },
    failed: ({ message }) => reported.push(message),
    recovered: () => reported.push('recovered'),
    clock,
    random: () => 0.999999,
    signal: stop.signal,
    ...options,
  });
  return { loop, clock, times, reported };
}

const unavailable = (reason: string) => fail('STORE_UNAVAILABLE', { store: 'x', reason });

t.test('pauses longer and longer after a turn that always fails, and reports it once', async (t) => {
  const { loop, times, reported } = await played(8, async () => {
    throw unavailable('the disk image is malformed');
  });
  await loop.ended;
  const pauses = times.slice(1).map((time, at) => Math.round((time - (times[at] ?? 0)) / 1000));
  t.same(pauses, [2, 4, 8, 16, 30, 30, 30]);
  t.equal(reported.length, 1);
});

t.test('waits a second between failed turns even without jitter or a pause of its own', async (t) => {
  const { loop, times } = await played(
    5,
    async () => {
      throw new Error('at once');
    },
    { random: () => 0 },
  );
  await loop.ended;
  t.same(times, [0, 1000, 2000, 3000, 4000]);
});

t.test('a failed turn that wakes its own loop does not make it run without a pause', async (t) => {
  const woken: (() => void)[] = [];
  const { loop, times } = await played(4, async () => {
    for (const wake of woken) wake();
    throw new Error('again');
  });
  woken.push(() => loop.wake());
  await loop.ended;
  t.same(
    times.slice(-2).map((time, at) => time - (times.slice(-3)[at] ?? 0)),
    [1000, 1000],
  );
});

t.test('reports a different reason, and recovery as well', async (t) => {
  const { loop, reported, times } = await played(7, async (at) => {
    if (at === 2 || at === 3) throw unavailable('full');
    if (at === 4) throw unavailable('malformed');
  });
  await loop.ended;
  t.match(reported, [/full/, /malformed/, 'recovered']);
  t.equal((times.at(-1) ?? 0) - (times.at(-2) ?? 0), 2000, 'then it has its usual pause again');
});

t.test('wake ends a pause, a forgotten wake-up does not, and nothing outlives the signal', async (t) => {
  const stop = new AbortController();
  const clock = new VirtualClock(0);
  const times: number[] = [];
  const loop = startLoop({
    turn: async () => {
      times.push(clock.now());
      if (times.length === 1) loop.wake();
      if (times.length === 2) {
        loop.wake();
        loop.forgetWakes();
      }
      if (times.length === 3) {
        stop.abort();
        throw new Error('what fails while it ends is nobody’s business');
      }
    },
    pauseMs: 60_000,
    backoff: { baseMs: 1000, capMs: 1000 },
    failed: () => t.fail('reported while it ended'),
    clock,
    random: () => 0,
    signal: stop.signal,
  });
  await loop.ended;
  t.same(times, [0, 0, 60_000]);
});

t.test('a loop may begin with a pause, set the pause after each turn, and end itself', async (t) => {
  const pauses = [3000, 1, 500];
  const { loop, times } = await played(
    99,
    async (turn) => {
      if (turn === 3) loop.stop();
    },
    { begin: 'after a pause', pauseMs: () => pauses.shift() ?? 1000 },
  );
  await loop.ended;
  t.same(times, [3000, 3001, 3501]);
});

t.test('treats a failing pause function like any failed turn', async (t) => {
  const { loop, times, reported } = await played(3, async () => undefined, {
    pauseMs: () => {
      throw new Error('no clock on the wall');
    },
    random: () => 0,
  });
  await loop.ended;
  t.same(times, [0, 1000, 2000]);
  t.match(reported, [/no clock on the wall/]);
});

t.test('stop ends a pause of days; no turn follows, and nothing is left on the signal', async (t) => {
  const stop = new AbortController();
  const first = Promise.withResolvers<void>();
  let turns = 0;
  const loop = startLoop({
    turn: async () => {
      turns += 1;
      setImmediate(first.resolve);
    },
    pauseMs: 86_400_000,
    backoff: { baseMs: 1000, capMs: 1000 },
    failed: () => t.fail('nothing failed'),
    clock: systemClock,
    random: () => 0,
    signal: stop.signal,
  });
  await first.promise;
  loop.stop();
  loop.stop();
  loop.wake();
  await loop.ended;
  t.equal(turns, 1);
  t.same(getEventListeners(stop.signal, 'abort'), []);
});
