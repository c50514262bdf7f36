/** The list is not out of date. That its mutants die is tried by mutants.long.test.ts. */
import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { mutants } from './list.ts';
import { mutated } from './try.ts';

const root = new URL('../../', import.meta.url);

t.test('every mutant has its place in the code, and tests of the short run', async (t) => {
  t.ok(mutants.length >= 10);
  for (const { part, file, find, replace, tests } of mutants) {
    const code = await readFile(new URL(file, root), 'utf8');
    t.not(mutated(code, file, find, replace), code, part);
    t.ok(tests.length > 0);
    for (const test of tests) {
      t.notMatch(test, /\.long\./);
      await access(fileURLToPath(new URL(test, root)));
    }
  }
});

t.test('what stands there twice, or not at all, is no mutant', async (t) => {
  t.throws(() => mutated('a a', 'x.ts', 'a', 'b'), RangeError);
  t.throws(() => mutated('c', 'x.ts', 'a', 'b'), RangeError);
});
