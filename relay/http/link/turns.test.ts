import t from 'tap';
import { Share, Turns } from './turns.ts';

/** Time passes only during turns. */
function bench() {
  let now = 0;
  const yields: number[] = [];
  const turns = new Turns({
    now: () => now,
    yieldTo: (next) => {
      yields.push(now);
      queueMicrotask(next);
    },
  });
  const order: string[] = [];
  const work = async (name: string, share: Share, ms: number) => {
    await turns.begin(share);
    order.push(name);
    now += ms;
    turns.end(share);
  };
  return { turns, order, yields, work };
}

t.test('the agent with the least use goes first, however much the other has waiting', async (t) => {
  const { order, work } = bench();
  const [busy, idle] = [new Share(), new Share()];
  await work('first', busy, 30);
  await Promise.all([
    ...Array.from({ length: 5 }, () => work('busy', busy, 30)),
    work('idle', idle, 1),
    work('idle', idle, 1),
  ]);
  t.same(order.slice(1, 4), ['idle', 'idle', 'busy']);
});

t.test('two agents with the same load get the same share', async (t) => {
  const { order, work } = bench();
  const [a, b] = [new Share(), new Share()];
  await Promise.all([
    ...Array.from({ length: 20 }, () => work('a', a, 5)),
    ...Array.from({ length: 20 }, () => work('b', b, 5)),
  ]);
  const inFirstHalf = order.slice(0, 20).filter((name) => name === 'a').length;
  t.ok(Math.abs(inFirstHalf - 10) <= 1, `${inFirstHalf} of 20`);
});

t.test('the event loop gets its turn every few milliseconds', async (t) => {
  const { yields, work } = bench();
  const share = new Share();
  await Promise.all(Array.from({ length: 1000 }, () => work('x', share, 0.1)));
  const pauses = yields.slice(1).map((at, index) => at - (yields[index] ?? 0));
  t.ok(pauses.length >= 20, `${pauses.length} in 100 ms`);
  t.ok(Math.max(...pauses) < 5, `${Math.max(...pauses)} ms at most`);
});

t.test('use decays over time, and bytes count too', async (t) => {
  const share = new Share();
  share.add(100, 0);
  t.equal(share.used(5000), 50);
  t.equal(share.used(10_000), 25);
  const { turns } = bench();
  const other = new Share();
  await turns.begin(other);
  turns.end(other, 10 << 20);
  t.equal(other.used(0), 20);
});
