/** `npm run mutants`: small wrong changes, one at a time, and whether the tests notice. See docs/chaos.md. */
import { readScriptOptions } from '../script-options.ts';
import { mutants } from './list.ts';
import { Copy } from './try.ts';

readScriptOptions(
  'npm run mutants --',
  'Puts one small mistake at a time into a copy of the project, and shows which tests of the short run notice it.',
);

await using copy = await Copy.make();
for (const test of new Set(mutants.flatMap(({ tests }) => tests))) {
  if (await copy.fails(test)) throw new Error(`${test} fails without any mutant`);
}
for (const mutant of mutants) {
  const unnoticed = await copy.survives(mutant);
  const fate = unnoticed.length === 0 ? 'dies  ' : 'LIVES ';
  process.stdout.write(`${fate}${mutant.part.padEnd(28)}${mutant.file}: ${mutant.harm}\n`);
  if (unnoticed.length > 0) process.exitCode = 1;
}
