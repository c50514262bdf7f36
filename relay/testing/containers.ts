/** Sequences of calls for containers, and the same calls for the `Map` or `Set` that each stands for. */
import fc from 'fast-check';
import type { Test } from 'tap';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { histories } from './histories.ts';

/** Few enough that calls meet, with what is awkward in texts. */
export const id = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 400 }).map((number) => `students:${number}`) },
  { weight: 2, arbitrary: fc.constantFrom('', '__proto__', 'é', 'Ω', 'students:１', '\ud800', 'e\u0301', '\0', ' ') },
  { weight: 1, arbitrary: fc.string({ maxLength: 300, unit: anyCharacter }) },
);

export const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    id,
    fc.boolean(),
    fc.constantFrom(null, undefined, 'student', 'Member'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('id', 'mail', '__proto__', '7', 'Ω'), tie('value')),
  ),
}));

export function check<T>(t: Test, calls: fc.Arbitrary<T>, holds: (calls: T[]) => void): void {
  const { numRuns, seed } = histories(t, []);
  const list = fc.array(calls, { maxLength: 600, size: 'max' });
  fc.assert(
    fc.property(list, (all) => holds(all)),
    { seed, numRuns: numRuns * 5 },
  );
  t.pass('they are alike');
}

export function same(found: unknown, wanted: unknown): void {
  const shown = (value: unknown) => JSON.stringify(value, (_, one) => (one === undefined ? 'undefined' : one));
  if (shown(found) !== shown(wanted)) throw new Error(`${shown(found)} in place of ${shown(wanted)}`);
}

/** What a map and its model show. */
function sameMap<V>(map: Map<string, V>, model: ReadonlyMap<string, V>): void {
  same(map.size, model.size);
  same([...map], [...model]);
  same([...map.keys()], [...model.keys()]);
  same([...map.values()], [...model.values()]);
}

type MapCall =
  | { call: 'set' | 'get' | 'has' | 'delete'; key: string; value: unknown }
  | { call: 'trim' }
  | { call: 'clear' };

export function mapCalls(values: fc.Arbitrary<unknown>): fc.Arbitrary<MapCall> {
  const keyed = (call: 'set' | 'get' | 'has' | 'delete') =>
    fc.record({ call: fc.constant(call), key: id, value: values });
  return fc.oneof(
    { weight: 50, arbitrary: keyed('set') },
    { weight: 40, arbitrary: keyed('delete') },
    { weight: 10, arbitrary: fc.oneof(keyed('get'), keyed('has')) },
    { weight: 1, arbitrary: fc.constantFrom({ call: 'trim' } as const, { call: 'clear' } as const) },
  );
}

export function callMap<V>(
  map: Map<string, V> & { trim?(): void },
  model: Map<string, V>,
  calls: readonly MapCall[],
): void {
  for (const one of calls) {
    if (one.call === 'trim') map.trim?.();
    else if (one.call === 'clear') {
      map.clear();
      model.clear();
    } else if (one.call === 'set') {
      map.set(one.key, one.value as V);
      model.set(one.key, one.value as V);
    } else same(map[one.call](one.key), model[one.call](one.key));
  }
  sameMap(map, model);
  map.trim?.();
  sameMap(map, model);
}
