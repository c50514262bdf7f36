/**
 * `npm run chaos [-- --runs N --share N --seed N --source powerquery|rest]`: the tests of this folder, at length. See
 * docs/chaos.md.
 */
import { parseArgs } from 'node:util';
import type { SourceKind } from '../../agent/source.ts';
import { tryHistories } from './model.ts';
import { chaosSettings } from './settings.ts';
import { sweep } from './sweep.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6) + 1) },
    path: { type: 'string', default: '' },
    source: { type: 'string' },
  },
});
const settings = chaosSettings({
  HALLPASS_CHAOS_RUNS: values.runs,
  HALLPASS_CHAOS_SHARE: values.share,
  HALLPASS_CHAOS_SEED: values.seed,
  HALLPASS_CHAOS_PATH: values.path,
});
const all: SourceKind[] = ['powerquery', 'rest'];
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
