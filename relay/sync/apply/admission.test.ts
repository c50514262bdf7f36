import t from 'tap';
import type { Cost } from '../../graph/budget.ts';
import { Admission } from './admission.ts';

/** Limits that let go of whoever waits, one after the other, when the test says so. */
function limits() {
  const costs: Cost[] = [];
  const waiting: (() => void)[] = [];
  return {
    costs,
    next: () => waiting.shift()?.(),
    client: {
      async reserve(cost: Cost) {
        costs.push(cost);
        await new Promise<void>((resolve) => waiting.push(resolve));
      },
    },
  };
}

t.test('places are waited for once: nobody waits for what others wait for', async (t) => {
  const { client, costs, next } = limits();
  const admission = new Admission(client);
  const first = admission.enter(25);
  const second = admission.enter(25);
  t.equal(await admission.enter(25), 0, 'twenty and five are waited for');
  next();
  t.equal(await first, 20);
  const third = admission.enter(25);
  next();
  t.equal(await second, 5);
  next();
  t.equal(await third, 20, 'what is ready by then');
  t.same(
    costs.map(({ writes, units }) => [writes, units]),
    [
      [20, 20],
      [5, 5],
      [20, 20],
    ],
  );
});

t.test('places that were left empty are not paid for again, apart from one', async (t) => {
  const { client, costs, next } = limits();
  const admission = new Admission(client);
  const enter = async (ready: number) => {
    const places = admission.enter(ready);
    next();
    return await places;
  };
  t.equal(await enter(20), 20);
  admission.leave(12);
  t.equal(await enter(10), 10);
  t.equal(await enter(10), 10);
  admission.leave(1000);
  for (let batch = 0; batch < 6; batch += 1) t.equal(await enter(100), 20);
  t.same(
    costs.map(({ writes }) => writes),
    [20, 1, 7, 1, 1, 1, 1, 16, 20],
    'what is kept is bounded',
  );
});
