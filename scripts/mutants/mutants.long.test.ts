/** The power of the short run: mistakes that somebody could make, each noticed by the tests that are named. */
import t from 'tap';
import { mutants } from './list.ts';
import { Copy } from './try.ts';

t.test('every mutant dies in the short run, and nothing else makes its tests fail', async (t) => {
  await using copy = await Copy.make();
  for (const test of new Set(mutants.flatMap(({ tests }) => tests))) t.notOk(await copy.fails(test), test);
  for (const mutant of mutants) t.same(await copy.survives(mutant), [], `${mutant.part}: ${mutant.harm}`);
});
