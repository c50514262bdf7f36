/**
 * Largest memory of the agent, by size of the district: a first sync, a cycle with nothing changed, and one with every
 * student's record changed.
 *
 *   node scripts/bench/agent-memory.ts [--students 1000,10000,100000] [--agent dist/hallpass-agent]
 */

import { counts, readScriptOptions } from '../script-options.ts';
import { AgentProcess } from './agent/agent-process.ts';
import { programOf } from './agent/program.ts';
import { Surroundings } from './agent/surroundings.ts';

const { options } = readScriptOptions<{ students: number[]; agent: string }>(
  'npm run bench -- agent-memory',
  'Largest memory of the agent, by size of the district.',
  (command) =>
    command
      .option('--students <numbers>', 'sizes, separated by commas', counts, [1000, 10_000, 100_000])
      .option('--agent <file>', 'the executable', 'dist/hallpass-agent'),
);
const program = programOf(options.agent);

process.stdout.write('students   records   start   first sync   unchanged   all students changed   (peak RSS, MB)\n');
for (const students of options.students) {
  await using surroundings = await Surroundings.open(students);
  await using agent = await AgentProcess.start(program, surroundings);
  const first = agent.cycle();
  const start = await agent.peakMB();
  const { upserts } = (await first) as { upserts: number };
  const cold = await agent.peakMB();
  await commanded(agent, surroundings);
  const unchanged = await agent.peakMB();
  surroundings.simulator.db.exec("UPDATE students SET last_name = last_name || 'x'");
  await commanded(agent, surroundings);
  const changed = await agent.peakMB();
  const columns = [
    [students, 8],
    [upserts, 9],
    [start, 7],
    [cold, 12],
    [unchanged, 11],
    [changed, 22],
  ] as const;
  process.stdout.write(`${columns.map(([value, width]) => value.toLocaleString('en').padStart(width)).join(' ')}\n`);
}

async function commanded(agent: AgentProcess, surroundings: Surroundings): Promise<void> {
  const end = agent.cycle();
  surroundings.command();
  await end;
}
