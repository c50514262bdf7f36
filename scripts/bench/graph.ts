/**
 * The first sync of a district against Graph's own limits: `node scripts/bench/graph.ts [students]`, 2,000 by default.
 * Runs on a virtual clock with the simulator's documented limits unscaled, so hours pass in minutes. Prints the writes
 * against the fewest that the API allows (target 1.02), the time against what the limits demand (1.1), and 429 answers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDistrict, smallRoster } from '../../relay/testing/district.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { fewestWrites, secondsFor } from './waits/fewest-writes.ts';

const { args } = readScriptOptions(
  'npm run bench -- graph',
  "The first sync of a district against Graph's own limits, on a virtual clock.",
  (command) => command.argument('[students]', 'size of the district (default: 2000)', count),
);
const students = Number(args[0] ?? 2000);
const dir = await mkdtemp(join(tmpdir(), 'hallpass-bench-'));
try {
  for (const mode of ['match', 'create'] as const) {
    const accounts = mode === 'match';
    const district = await openDistrict({ dir, mode: { students: mode, teachers: mode }, students, accounts });
    const roster = smallRoster(students);
    await district.commit(roster);
    const start = district.clock.now();
    const report = await district.run();
    const seconds = (district.clock.now() - start) / 1000;
    const { writes, throttled } = district.microsoft.stats;
    const minimum = fewestWrites(roster, mode === 'create');
    const demanded = secondsFor(minimum, 1);
    process.stdout.write(
      `${mode.padEnd(7)} ${students} students: ${report.state}, ${writes} writes, ${(writes / minimum).toFixed(3)} × the fewest; ` +
        `${seconds.toFixed(0)} s, ${demanded === 0 ? '—' : (seconds / demanded).toFixed(3)} × what the limit demands (${demanded.toFixed(0)} s); ${throttled} throttled\n`,
    );
    await district.close();
  }
} finally {
  await rm(dir, { recursive: true });
}
