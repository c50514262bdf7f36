import t from 'tap';
import { firstAt, sharesOf } from './shares.ts';

const seen = (...all: number[][]) => all.map((writes, at) => ({ at, writes, throttled: 0 }));

t.test('shares count from when all have begun until the first is done', (t) => {
  const all = seen([9, 0, 0], [9, 50, 0], [9, 60, 10], [10, 90, 40], [10, 160, 110], [10, 160, 160]);
  t.same(sharesOf(all, [1, 2], [160, 160]), [1, 1]);
  const uneven = seen([0, 0], [10, 10], [160, 60]);
  t.same(sharesOf(uneven, [0, 1], [160, 160]), [1.5, 0.5]);
  t.equal(firstAt(all, [1, 2], [160, 160]), 4);
  t.equal(firstAt(all, [1, 2], [200, 200]), Number.POSITIVE_INFINITY);
  t.end();
});

t.test('there are none when one was done before all had begun', (t) => {
  t.equal(sharesOf(seen([0, 0], [160, 0], [160, 160]), [0, 1], [160, 160]), undefined);
  t.equal(sharesOf([], [0, 1], [160, 160]), undefined);
  t.end();
});
