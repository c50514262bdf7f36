import t from 'tap';
import { VirtualClock } from '../../shared/testing/virtual-clock.ts';
import { appBudget, GraphBudget, TokenBucket } from './budget.ts';

const never = new AbortController().signal;

t.test('a bucket gives its burst at once and the rest at the documented rate', async (t) => {
  const clock = new VirtualClock();
  const start = clock.now();
  const bucket = new TokenBucket({ amount: 3000, perSeconds: 150 }, clock);
  for (let taken = 0; taken < 2880; taken += 20) await bucket.take(20, never);
  t.equal(clock.now(), start, 'the burst is 96 % of the limit');
  for (let taken = 0; taken < 1920; taken += 20) await bucket.take(20, never);
  const seconds = (clock.now() - start) / 1000;
  t.ok(seconds >= 99 && seconds <= 101, `1,920 writes at 19.2/s take 100 s, not ${seconds}`);
});

t.test('in any window of 150 s a tenant never gets more than Graph allows after the burst', async (t) => {
  const clock = new VirtualClock();
  const bucket = new TokenBucket({ amount: 3000, perSeconds: 150 }, clock);
  const times: number[] = [];
  for (let taken = 0; taken < 9000; taken += 20) {
    await bucket.take(20, never);
    times.push(clock.now());
  }
  // Graph's own bucket, replayed over the same times: it must never have run empty.
  let tokens = 3000;
  let at = times[0] ?? 0;
  let lowest = tokens;
  for (const time of times) {
    tokens = Math.min(3000, tokens + ((time - at) / 1000) * 20) - 20;
    at = time;
    lowest = Math.min(lowest, tokens);
  }
  t.ok(lowest >= 0, `Graph would still have had ${lowest} writes`);
});

t.test('a 429 stops everything until Retry-After and then halves the rate, once per event', async (t) => {
  const clock = new VirtualClock();
  const bucket = new TokenBucket({ amount: 100, perSeconds: 10 }, clock);
  const start = clock.now();
  for (let report = 0; report < 20; report += 1) bucket.slowDown(5000);
  await bucket.take(9, never);
  const seconds = (clock.now() - start) / 1000;
  // 9 tokens at 4.8/s (half of 96 % of 10/s) are there after 2 s; Retry-After is the floor.
  t.ok(seconds >= 5 && seconds < 5.1, `it took ${seconds} s`);
  for (let taken = 0; taken < 600; taken += 10) await bucket.take(10, never);
  const before = clock.now();
  for (let taken = 0; taken < 90; taken += 10) await bucket.take(10, never);
  t.ok(clock.now() - before < 11_000, 'later the full rate is back');
});

t.test('waiting ends with the signal, and those behind go on', async (t) => {
  const clock = new VirtualClock();
  const bucket = new TokenBucket({ amount: 10, perSeconds: 10 }, clock);
  await bucket.take(9, never);
  const abort = new AbortController();
  const first = bucket.take(9, abort.signal);
  const second = bucket.take(1, never);
  abort.abort(new Error('stopped'));
  await t.rejects(first, { message: 'stopped' });
  await t.resolves(second);
});

t.test('tenants share what the application may write over all of them', async (t) => {
  const clock = new VirtualClock();
  const app = appBudget(clock, 1);
  const tenants = Array.from({ length: 20 }, () => new GraphBudget(app, clock, 1));
  const start = clock.now();
  await Promise.all(
    tenants.map(async (budget) => {
      for (let taken = 0; taken < 2500; taken += 20) await budget.take({ units: 20, writes: 20 }, never);
    }),
  );
  // 50,000 writes: each tenant could burst its 2,500, but the application has 33,600 and then 112/s.
  const seconds = (clock.now() - start) / 1000;
  t.ok(seconds > 140 && seconds < 155, `it took ${seconds} s`);
});

t.test(
  'Teams has limits by the second of its own: no second has more, and its 429 slows nothing else down',
  async (t) => {
    const clock = new VirtualClock();
    const budget = new GraphBudget(appBudget(clock, 1), clock, 1);
    const start = clock.now();
    const times: number[] = [];
    for (let taken = 0; taken < 40; taken += 1) {
      await budget.take({ units: 0, writes: 0, teams: 'create' }, never);
      times.push(clock.now() - start);
    }
    for (const time of times) t.ok(times.filter((other) => other >= time && other < time + 1000).length <= 10);
    t.ok((times.at(-1) ?? 0) < 4500, `40 took ${times.at(-1)} ms`);
    budget.slowDown(60_000, undefined, 'create');
    const before = clock.now();
    await budget.take({ units: 20, writes: 20 }, never);
    await budget.take({ units: 0, writes: 0, teams: 'read' }, never);
    t.ok(clock.now() - before < 100);
  },
);
