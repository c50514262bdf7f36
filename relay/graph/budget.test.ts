import t from 'tap';
import { Throttle } from '../../scripts/simulators/microsoft/throttle.ts';
import { VirtualClock } from '../../shared/testing/virtual-clock.ts';
import { appBudget, type Cost, GraphBudget } from './budget.ts';
import { TokenBucket } from './token-bucket.ts';

const never = new AbortController().signal;

t.test('a bucket allows its burst at once and the rest at the documented rate', async (t) => {
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
  // Graph's own bucket, replayed over the same times: it must never run empty.
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
  // 9 tokens at 4.8/s (half of 96 % of 10/s) are available after 2 s; Retry-After is the minimum.
  t.ok(seconds >= 5 && seconds < 5.1, `it took ${seconds} s`);
  for (let taken = 0; taken < 600; taken += 10) await bucket.take(10, never);
  const before = clock.now();
  for (let taken = 0; taken < 90; taken += 10) await bucket.take(10, never);
  t.ok(clock.now() - before < 11_000, 'later the full rate is back');
});

t.test('a 429 that comes alone costs seconds, and what was saved up comes back', async (t) => {
  const clock = new VirtualClock();
  const bucket = new TokenBucket({ amount: 3000, perSeconds: 150 }, clock);
  await bucket.take(20, never);
  bucket.slowDown(3000);
  const start = clock.now();
  for (let taken = 0; taken < 2860; taken += 20) await bucket.take(20, never);
  const seconds = (clock.now() - start) / 1000;
  // Five steps of two seconds after the three.
  t.ok(seconds > 12 && seconds <= 13.1, `it took ${seconds} s`);
});

t.test('while somebody else uses half of the limit, little is refused, and the other half is used', async (t) => {
  const clock = new VirtualClock();
  const graph = new Throttle({ clock, speed: 1, users: () => 1000, tenantId: 'contoso' });
  const bucket = new TokenBucket({ amount: 3000, perSeconds: 150 }, clock);
  const write = { area: 'identity', write: true, units: 1, appId: 'hallpass' } as const;
  const start = clock.now();
  let othersAt = start;
  let [done, refused] = [0, 0];
  const isTaken = () => {
    try {
      graph.charge(write);
      return true;
    } catch {
      return false;
    }
  };
  while (clock.now() - start < 1_800_000) {
    await bucket.take(20, never);
    for (; othersAt < clock.now(); othersAt += 100) isTaken();
    const taken = Array.from({ length: 20 }, isTaken).filter(Boolean).length;
    done += taken;
    refused += 20 - taken;
    if (taken < 20) bucket.slowDown(1000);
  }
  // 10 a second, and the burst.
  t.ok(done > 0.8 * (18_000 + 3000), `${done} done`);
  t.ok(refused < 0.1 * done, `${refused} of ${done} refused`);
});

t.test('a clock set back or forward by hours causes no wait', async (t) => {
  for (const hours of [-5, 5]) {
    const clock = new VirtualClock();
    const bucket = new TokenBucket({ amount: 100, perSeconds: 10 }, clock);
    await bucket.take(90, never);
    bucket.slowDown(5000);
    clock.advance(hours * 3_600_000);
    const set = clock.now();
    await bucket.take(9, never);
    const seconds = (clock.now() - set) / 1000;
    t.ok(seconds < 20, `${hours} hours: it took ${seconds} s`);
  }
});

t.test('a wait ends with its signal, and those behind it go on', async (t) => {
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

t.test('tenants share what the application may write across all of them', async (t) => {
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
  "where the application's limit binds, neither edits nor small tenants wait for the backlog of others",
  async (t) => {
    const clock = new VirtualClock();
    const app = appBudget(clock, 1);
    const end = new AbortController();
    const loading = Array.from({ length: 11 }, () => ({ budget: new GraphBudget(app, clock, 1), writes: 0 }));
    const load = async (one: (typeof loading)[number]) => {
      for (;;) {
        await one.budget.take({ units: 20, writes: 20 }, end.signal);
        one.writes += 20;
      }
    };
    // The last one asks for four times as much at once.
    const working = loading.flatMap((one, at) => Array.from({ length: at === 10 ? 16 : 4 }, () => load(one)));
    await clock.sleep(400_000);
    const before = loading.map(({ writes }) => writes);
    const small = new GraphBudget(app, clock, 1);
    const waitOf = async (cost: Cost) => {
      const start = clock.now();
      await small.take(cost, never);
      return clock.now() - start;
    };
    // One round: 112 writes a second are 250 of 12 tenants in 2.2 s.
    for (let taken = 0; taken < 100; taken += 1) t.ok((await waitOf({ units: 5, writes: 5 })) < 2500);
    for (let taken = 0; taken < 100; taken += 1) t.ok((await waitOf({ units: 1, writes: 1, isUrgent: true })) < 400);
    await clock.sleep(100_000);
    const got = loading.map(({ writes }, at) => writes - (before[at] ?? 0));
    const mean = got.reduce((sum, one) => sum + one, 0) / got.length;
    for (const one of got) t.ok(Math.abs(one / mean - 1) < 0.05, `${one} of ${mean}`);
    end.abort(new Error('it is over'));
    await Promise.allSettled(working);
  },
);

t.test(
  'Teams has its own limits per second: no second exceeds them, and its 429 slows nothing else down',
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
    budget.slowDown(60_000, undefined, { writes: 0, teams: 'create' });
    const before = clock.now();
    await budget.take({ units: 20, writes: 20 }, never);
    await budget.take({ units: 0, writes: 0, teams: 'read' }, never);
    t.ok(clock.now() - before < 100);
  },
);

t.test("the resource units follow the tenant's size, and the simulator refuses none of them", async (t) => {
  const units = new Map<number | undefined, number>();
  for (const users of [undefined, 49, 50, 500, 501]) {
    const clock = new VirtualClock();
    const graph = new Throttle({ clock, speed: 1, users: () => users ?? 0, tenantId: 'contoso' });
    const budget = new GraphBudget(appBudget(clock, 1), clock, 1);
    if (users !== undefined) budget.fitTo(users);
    const end = clock.now() + 60_000;
    let read = 0;
    for (;;) {
      await budget.take({ units: 20, writes: 0 }, never);
      if (clock.now() > end) break;
      graph.charge({ area: 'identity', write: false, units: 20, appId: 'hallpass' });
      read += 20;
    }
    units.set(users, read);
    const limit = (users ?? 0) < 50 ? 3500 : (users ?? 0) <= 500 ? 5000 : 8000;
    // The bucket at once, and six times as much in the minute.
    t.ok(read > 7 * limit * 0.95, `${users ?? 'unknown'}: ${read} of ${7 * limit}`);
  }
  t.equal(units.get(undefined), units.get(49), 'nothing is known of a tenant at first: it may be small');
});

t.test('a tenant that grows gets its larger limit at once, and what it has taken stays taken', async (t) => {
  const clock = new VirtualClock();
  const start = clock.now();
  const budget = new GraphBudget(appBudget(clock, 1), clock, 1);
  await budget.take({ units: 3000, writes: 0 }, never);
  budget.fitTo(501);
  await budget.take({ units: 4600, writes: 0 }, never);
  t.equal(clock.now(), start, '7,600 of 7,680');
  budget.slowDown(0, 'Tenant_Application/ReadWrite/app/tenant', { writes: 0 });
  budget.fitTo(49);
  await budget.take({ units: 336, writes: 0 }, never);
  // 4,240 in debt after the smaller limit, and half of 336 a second.
  const seconds = (clock.now() - start) / 1000;
  t.ok(seconds > 15 && seconds < 28, `it took ${seconds} s`);
});

t.test('a 429 slows down only what it concerns: units or writes, of the tenant or of the application', async (t) => {
  const clock = new VirtualClock();
  const app = appBudget(clock, 1);
  const write = { units: 1, writes: 1 };
  const read = { units: 1, writes: 0 };
  const waits = async (scope: string | undefined, request: Cost) => {
    const [refused, other] = [new GraphBudget(app, clock, 1), new GraphBudget(app, clock, 1)];
    refused.slowDown(30_000, scope, request);
    const wait = async (budget: GraphBudget, cost: Cost) => {
      const start = clock.now();
      await budget.take(cost, never);
      return clock.now() - start > 29_000;
    };
    const others = await wait(other, read);
    return { others, read: await wait(refused, read), write: await wait(refused, write) };
  };
  t.same(await waits('Tenant_Application/Write/a/t', read), { others: false, read: false, write: true });
  // A caller that waited for the read has waited for the write too.
  t.same(await waits('Tenant_Application/ReadWrite/a/t', write), { others: false, read: true, write: false });
  t.same(await waits(undefined, write), { others: false, read: false, write: true });
  t.same(await waits(undefined, read), { others: false, read: true, write: false });
  t.same(await waits('Application/ReadWrite/a/t', read), { others: true, read: false, write: false });
});
