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
    // A token bucket of 3,000 that refills with 20 a second (3,000 in 150 s per application and tenant).
    const demanded = Math.max(0, (minimum - 3000) / 20);
    process.stdout.write(
      `${mode.padEnd(7)} ${students} students: ${report.state}, ${writes} writes, ${(writes / minimum).toFixed(3)} × the fewest; ` +
        `${seconds.toFixed(0)} s, ${demanded === 0 ? '—' : (seconds / demanded).toFixed(3)} × what the limit demands (${demanded.toFixed(0)} s); ${throttled} throttled\n`,
    );
    await district.close();
  }
} finally {
  await rm(dir, { recursive: true });
}

/** One write per object, per school relation and license; twenty members or owners a write. */
function fewestWrites(roster: ReturnType<typeof smallRoster>, licenses: boolean): number {
  const members = new Map<string, number>();
  let writes = 0;
  for (const record of roster) {
    if (record.kind === 'school') writes += 1;
    if (record.kind === 'student' || record.kind === 'teacher') writes += licenses ? 3 : 2;
    // The class, its school, and its owners.
    if (record.kind === 'section') writes += 3;
    if (record.kind !== 'studentEnrollment' && record.kind !== 'teacherRoster') continue;
    members.set(record.sectionId, (members.get(record.sectionId) ?? 0) + 1);
  }
  for (const count of members.values()) writes += Math.ceil(count / 20);
  return writes;
}
