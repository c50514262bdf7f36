/** `npm run mutants [-- --only PART]`: small wrong changes, one at a time, and whether the tests notice. See docs/chaos.md. */
import { exitCodes } from '../../shared/terminal.ts';
import { readScriptOptions } from '../script-options.ts';
import { mutants } from './list.ts';
import { Copy } from './try.ts';

const {
  options: { only },
} = readScriptOptions<{ only?: string[] }>(
  'npm run mutants --',
  'Puts one small mistake at a time into a copy of the project, and shows which tests of the short run notice it.',
  (command) => command.option('--only <part...>', 'parts of the list, such as plan and identity; by default all'),
);

const unknown = only?.find((part) => mutants.every((mutant) => mutant.part !== part));
if (unknown !== undefined) {
  process.stderr.write(`There is no part "${unknown}". There are ${mutants.map(({ part }) => part).join(', ')}.\n`);
  process.exit(exitCodes.usage);
}
const chosen = mutants.filter(({ part }) => only?.includes(part) ?? true);

await using copy = await Copy.make();
for (const test of new Set(chosen.flatMap(({ tests }) => tests))) {
  if (await copy.fails(test)) throw new Error(`${test} fails without any mutant`);
}
for (const mutant of chosen) {
  const unnoticed = await copy.survives(mutant);
  const fate = unnoticed.length === 0 ? 'dies  ' : 'LIVES ';
  process.stdout.write(`${fate}${mutant.part.padEnd(28)}${mutant.file}: ${mutant.harm}\n`);
  if (unnoticed.length > 0) process.exitCode = 1;
}
