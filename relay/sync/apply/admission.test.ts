import t from 'tap';
import type { Cost } from '../../graph/budget.ts';
import { Admission } from './admission.ts';

const never = () => false;

/** Limits that admit waiting callers one after the other, when the test says so. */
function limits() {
  const costs: Cost[] = [];
  const waiting: (() => void)[] = [];
  return {
    costs,
    next: async (times = 1) => {
      for (let time = 0; time < times; time += 1) {
        waiting.shift()?.();
        await new Promise(setImmediate);
      }
    },
    client: {
      async reserve(cost: Cost) {
        costs.push(cost);
        await new Promise<void>((resolve) => waiting.push(resolve));
      },
    },
  };
}

t.test('each place is waited for once', async (t) => {
  const { client, costs, next } = limits();
  const admission = new Admission(client);
  const first = admission.enter(25, never);
  const second = admission.enter(25, never);
  t.equal(await admission.enter(25, never), 0, 'twenty and five are waited for');
  await next(5);
  t.same(await Promise.all([first, second]), [20, 5]);
  const third = admission.enter(25, never);
  await next(4);
  t.equal(await third, 20, 'what is ready at that time');
  t.same(
    costs.map(({ writes, units }) => [writes, units]),
    costs.map(() => [5, 5]),
  );
  t.equal(costs.length, 4 + 1 + 4);
});

t.test('an urgent operation does not wait for a full batch', async (t) => {
  const { client, next } = limits();
  const admission = new Admission(client);
  let isUrgent = false;
  const places = admission.enter(100, () => isUrgent);
  await next();
  isUrgent = true;
  await next();
  t.equal(await places, 10);
});

t.test('unused places are not paid for again, except one', async (t) => {
  const { client, costs, next } = limits();
  const admission = new Admission(client);
  const enter = async (ready: number) => {
    const places = admission.enter(ready, never);
    await next(4);
    return await places;
  };
  const paid = () => costs.splice(0).reduce((sum, { writes }) => sum + writes, 0);
  t.same([await enter(20), paid()], [20, 20]);
  admission.leave(12);
  t.same([await enter(10), paid()], [10, 1]);
  t.same([await enter(10), paid()], [10, 7]);
  admission.leave(1000);
  for (const cost of [1, 1, 1, 1, 16, 20])
    t.same([await enter(100), paid()], [20, cost], 'the number of spare places is bounded');
});
