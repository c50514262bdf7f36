/**
 * Compares every container with the `Map` or `Set` that it replaces: the same calls, the same answers, in the same
 * order.
 */
import fc from 'fast-check';
import t from 'tap';
import { callMap, check, id, mapCalls, same, value } from '../testing/containers.ts';
import { DistinctMap } from './distinct-map.ts';
import { IdMap } from './id-map.ts';
import { IdSet } from './id-set.ts';
import { Interner } from './interner.ts';
import { LayeredMap, LayeredSet } from './layered.ts';
import { PackedMap } from './packed-map.ts';
import { Relations } from './relations.ts';

t.test('a packed map behaves like a Map', async (t) => {
  check(t, mapCalls(value), (calls) => callMap(new PackedMap(new Interner()), new Map(), calls));
});

t.test('a map of few distinct values behaves like a Map', async (t) => {
  const few = fc.record({ days: fc.array(fc.constantFrom('2026-08-17', 'é'), { maxLength: 3 }), isNew: fc.boolean() });
  check(t, mapCalls(few), (calls) => callMap(new DistinctMap<string, object>(new Interner()), new Map(), calls));
});

t.test('a map of ids behaves like a Map', async (t) => {
  check(t, mapCalls(id), (calls) => callMap(new IdMap(new Interner()), new Map(), calls));
});

t.test('returns values as they were stored, including hidden names and gaps, and as copies', async (t) => {
  const ids = new Interner();
  ids.add('an id that is known');
  const map = new PackedMap<string, unknown>(ids);
  const hidden = Object.fromEntries([['__proto__', 'x']]);
  const texts = ['a', 'ÿ', 'Ā', 'x'.repeat(117), 'x'.repeat(118), 'x'.repeat(119), 'x'.repeat(5000), 'Ω'.repeat(5000)];
  const value = {
    none: undefined,
    no: null,
    yes: true,
    not: false,
    known: 'an id that is known',
    texts,
    hidden,
    empty: {},
  };
  map.set('one', value);
  t.strictSame(map.get('one'), value);
  t.notOk(Object.hasOwn({}, 'x'));
  map.trim();
  t.not(map.get('one'), value);
  t.throws(() => map.set('one', { number: 1 }), { message: 'a number cannot be packed' });
  t.strictSame([...map], [['one', value]], 'what cannot be packed changes nothing');
  map.forEach((found, key, self) => {
    t.same([found, key, self === map], [value, 'one', true]);
  });
});

t.test('frees the bytes of replaced values', async (t) => {
  const map = new PackedMap<string, { text: string }>(new Interner());
  for (let round = 0; round < 20_000; round += 1) map.set(`${round % 10}`, { text: `${round}`.padStart(50) });
  t.ok(map.bytes < 20_000, `${map.bytes} bytes for ten values`);
  t.same(map.get('9')?.text.trim(), '19999');
});

type SetCall = { call: 'add' | 'has' | 'delete'; item: string } | { call: 'trim' } | { call: 'clear' };
const setCalls: fc.Arbitrary<SetCall> = fc.oneof(
  { weight: 60, arbitrary: fc.record({ call: fc.constant('add' as const), item: id }) },
  { weight: 30, arbitrary: fc.record({ call: fc.constantFrom('has' as const, 'delete' as const), item: id }) },
  { weight: 1, arbitrary: fc.constantFrom({ call: 'trim' } as const, { call: 'clear' } as const) },
);

function callSet(set: Set<string> & { trim?(): void }, model: Set<string>, calls: readonly SetCall[]): void {
  for (const one of calls) {
    if (one.call === 'trim') set.trim?.();
    else if (one.call === 'clear') {
      set.clear();
      model.clear();
    } else if (one.call === 'add') {
      set.add(one.item);
      model.add(one.item);
    } else same(set[one.call](one.item), model[one.call](one.item));
  }
  same([set.size, ...set], [model.size, ...model]);
  same([...set.entries()], [...model.entries()]);
}

t.test('a set of ids behaves like a Set', async (t) => {
  check(t, setCalls, (calls) => callSet(new IdSet<string>(new Interner()), new Set(), calls));
});

t.test('a set of ids supports set operations', async (t) => {
  const set = new IdSet(new Interner(), ['a', 'b', 'c']);
  const other = new Set(['b', 'x']);
  t.same([...set.union(other)], ['a', 'b', 'c', 'x']);
  t.same([...set.intersection(other)], ['b']);
  t.same([...set.difference(other)], ['a', 'c']);
  t.same([...set.symmetricDifference(other)].sort(), ['a', 'c', 'x']);
  t.same([...other.union(set)], ['b', 'x', 'a', 'c']);
  t.same(
    [set.isSupersetOf(new Set(['a'])), set.isSubsetOf(other), set.isDisjointFrom(new Set(['x']))],
    [true, false, true],
  );
  set.forEach((item, again, self) => {
    t.same([item, self === set], [again, true]);
  });
});

t.test('a layered map behaves like a Map, and its base does not change', async (t) => {
  check(t, mapCalls(id), (calls) => {
    const [base, model] = [new Map<string, unknown>(), new Map<string, unknown>()];
    for (const one of calls.slice(0, 100)) if (one.call === 'set') base.set(one.key, one.value);
    for (const [key, one] of base) model.set(key, one);
    const before = JSON.stringify([...base]);
    callMap(new LayeredMap(base), model, calls.slice(100));
    same(JSON.stringify([...base]), before);
  });
});

t.test('a layered set behaves like a Set, and its base does not change', async (t) => {
  check(t, setCalls, (calls) => {
    const base = new Set(calls.slice(0, 100).flatMap((one) => (one.call === 'add' ? [one.item] : [])));
    const [before, model] = [JSON.stringify([...base]), new Set(base)];
    callSet(new LayeredSet(base), model, calls.slice(100));
    same(JSON.stringify([...base]), before);
  });
});

t.test('iteration skips what is removed meanwhile', async (t) => {
  const ids = new Interner();
  for (const size of [10, 1000]) {
    const items = Array.from({ length: size }, (_, index) => `${index}`);
    const relations = new Relations<string, string>(ids).set('all', new Set(items));
    const view = relations.get('all');
    const map = new IdMap(
      ids,
      items.map((item) => [item, item] as const),
    );
    for (const set of [new IdSet(ids, items), view, map]) {
      const visited: string[] = [];
      for (const item of set?.keys() ?? []) {
        visited.push(item);
        for (const other of items) if (other !== item && Number(other) % 2 === 1) set?.delete(other);
      }
      t.same(
        visited,
        items.filter((item) => Number(item) % 2 === 0),
      );
    }
  }
});
