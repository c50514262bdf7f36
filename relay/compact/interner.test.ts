import fc from 'fast-check';
import t from 'tap';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { histories } from '../testing/histories.ts';
import { Interner } from './interner.ts';
import { TextIndex } from './text-index.ts';

const text = fc.oneof(fc.integer({ min: 0, max: 3000 }).map(String), fc.string({ unit: anyCharacter, maxLength: 40 }));

t.test('gives every text a permanent number', async (t) => {
  const { numRuns, seed } = histories(t, []);
  const texts = fc.array(text, { maxLength: 500, size: 'max' });
  fc.assert(
    fc.property(texts, texts, (known, others) => {
      const [ids, model] = [new Interner(), new Map<string, number>()];
      for (const one of known) {
        const number = ids.add(one);
        if ((model.get(one) ?? model.size) !== number) return false;
        model.set(one, number);
        if (number % 100 === 99) ids.trim();
      }
      const all = [...model].every(([one, number]) => ids.find(one) === number && ids.textOf(number) === one);
      return all && ids.size === model.size && others.every((one) => ids.find(one) === (model.get(one) ?? -1));
    }),
    { seed, numRuns: numRuns * 10 },
  );
  t.pass('it holds');
});

t.test('an id takes little more than its text', async (t) => {
  const ids = new Interner();
  for (let number = 0; number < 50_000; number += 1) ids.add(`students:${number}`);
  ids.trim();
  t.ok(ids.bytes < 50_000 * 26, `${ids.bytes / 50_000} bytes`);
});

t.test('an index finds all entries with a text, whatever was added and removed', async (t) => {
  const { numRuns, seed } = histories(t, []);
  const call = fc.record({ isRemoval: fc.boolean(), text, number: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 500, size: 'max' }), (calls) => {
      const [index, model] = [new TextIndex(), new Map<string, Set<number>>()];
      for (const { isRemoval, text: one, number } of calls) {
        const numbers = model.get(one) ?? new Set();
        model.set(one, numbers);
        if (isRemoval && numbers.delete(number)) index.remove(one, number);
        else if (!isRemoval && !numbers.has(number)) {
          index.add(one, number);
          numbers.add(number);
        }
      }
      const holds = () => [...model].every(([one, numbers]) => numbers.isSubsetOf(new Set(index.candidates(one))));
      if (!holds()) return false;
      index.trim();
      const few = [...model].every(([one, numbers]) => index.candidates(one).length <= numbers.size + 5);
      return holds() && few;
    }),
    { seed, numRuns: numRuns * 10 },
  );
  t.same(new TextIndex().candidates('x'), []);
});
