/**
 * `npm run chaos [-- --runs N --share N --seed N --source powerquery|rest]`: the tests of this folder, at length. See
 * docs/chaos.md.
 */
import { Option } from 'commander';
import type { SourceKind } from '../../agent/model/source.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { chaosSettings } from './settings.ts';

const all: SourceKind[] = ['powerquery', 'rest'];
const { options: values } = readScriptOptions<{
  runs: number;
  share: number;
  seed: number;
  path: string;
  source?: SourceKind;
}>('npm run chaos --', 'Histories and faults that end badly, at length; see docs/chaos.md.', (command) =>
  command
    .option('--runs <number>', 'histories, per source', count, 200)
    .option('--share <number>', 'one fault in so many', count, 1)
    .option('--seed <number>', 'of the histories', count, Math.floor(Math.random() * 1e6) + 1)
    .option('--path <path>', 'of the history that failed, as it was printed', '')
    .addOption(new Option('--source <source>', 'one alone').choices(all)),
);
// Here, so that the help does not wait for both programs.
const { tryHistories } = await import('./model.ts');
const { sweep } = await import('./sweep.ts');
const settings = chaosSettings({
  HALLPASS_CHAOS_RUNS: String(values.runs),
  HALLPASS_CHAOS_SHARE: String(values.share),
  HALLPASS_CHAOS_SEED: String(values.seed),
  HALLPASS_CHAOS_PATH: values.path,
});
for (const source of all.filter((one) => values.source === undefined || one === values.source)) {
  const { runs, seed, path, share } = settings;
  console.log(`${source}: ${runs[source]} histories, seed ${seed}`);
  const failure = await tryHistories({ source, runs: runs[source], seed, path });
  console.log(failure ?? 'no history that ends badly');
  const { failures, ...report } = await sweep(source, share[source]);
  console.log(`${source}: faults`, report);
  console.log(failures.length === 0 ? 'no fault that costs a record' : failures.join('\n'));
  if (failure !== undefined || failures.length > 0) process.exitCode = 1;
}
