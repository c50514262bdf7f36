/**
 * A first sync beside its floor (the same pages fetched and parsed, nothing else) in the same run, and what the cycles
 * after it cost. The relay acknowledges at once, so that the agent alone is measured.
 *
 *   node scripts/bench/agent-cold-cycle.ts [--students 100000] [--rounds 3] [--agent dist/hallpass-agent]
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { settingsSchema } from '../../agent/settings/settings.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { AgentProcess, type CycleEvent } from './agent/agent-process.ts';
import type { FloorOrder, FloorResult } from './agent/floor.ts';
import { programOf } from './agent/program.ts';
import { Surroundings } from './agent/surroundings.ts';

const { options } = readScriptOptions<{ students: number; rounds: number; agent: string }>(
  'npm run bench -- agent-cold-cycle',
  'A first sync of the agent beside its floor in the same run, and what the cycles after it cost.',
  (command) =>
    command
      .option('--students <number>', 'size of the district', count, 100_000)
      .option('--rounds <number>', 'the best of so many', count, 3)
      .option('--agent <file>', 'the executable', 'dist/hallpass-agent'),
);
const program = programOf(options.agent);
const { pageSize } = settingsSchema.parse({}).powerschool;
const execute = promisify(execFile);

await using surroundings = await Surroundings.open(options.students);
const enrollments = Number(
  surroundings.simulator.db.prepare('SELECT COUNT(*) AS n FROM cc WHERE sectionid > 0').get()?.n,
);
print(`${number(options.students)} students, ${number(enrollments)} enrollments in PowerSchool, pages of ${pageSize}`);

// Alternating rounds, the best of each: what else the machine does slows both alike, or one of them only sometimes.
const floors: FloorResult[] = [];
const colds: (CycleEvent & { cpuSeconds: number })[] = [];
for (let round = 0; round < options.rounds; round += 1) {
  floors.push(await floor());
  await using agent = await AgentProcess.start(program, surroundings);
  colds.push({ ...(await agent.cycle()), cpuSeconds: await agent.cpuSeconds() });
  if (round === options.rounds - 1) await afterwards(agent);
}
const best = <T extends { seconds: number }>(runs: T[]) => runs.reduce((a, b) => (a.seconds < b.seconds ? a : b));
const [low, cold] = [best(floors), best(colds)];
print(
  `floor         ${low.seconds.toFixed(1)} s, ${low.requests} requests, ${number(low.rows)} rows, ${low.cpuSeconds.toFixed(1)} s of processor`,
);
print(
  `first sync    ${cold.seconds.toFixed(1)} s, ${cold.requests} requests, ${cold.cpuSeconds.toFixed(1)} s of processor; ${(cold.seconds / low.seconds).toFixed(2)} × the floor`,
);
print(`link          ${number(cold.bytesSent)} bytes, ${(cold.bytesSent / cold.upserts).toFixed(1)} per record`);

async function floor(): Promise<FloorResult> {
  const { simulator, caFile, credentials, folder } = surroundings;
  const secretFile = join(folder, 'secret');
  const order: FloorOrder = { url: simulator.baseUrl, caFile, clientId: credentials.clientId, secretFile, pageSize };
  const script = fileURLToPath(new URL('./agent/floor.ts', import.meta.url));
  const { stdout } = await execute(process.execPath, [script, JSON.stringify(order)]);
  return JSON.parse(stdout);
}

async function afterwards(agent: AgentProcess): Promise<void> {
  const { simulator } = surroundings;
  printCycle('unchanged', await commanded(agent));
  const student = simulator.db.prepare('SELECT dcid FROM students WHERE enroll_status = 0 LIMIT 1').get();
  simulator.edit([{ op: 'renameStudent', studentId: Number(student?.dcid), lastName: 'Changed' }]);
  printCycle('one changed', await commanded(agent));
}

function commanded(agent: AgentProcess): Promise<CycleEvent> {
  const end = agent.cycle();
  surroundings.command();
  return end;
}

function printCycle(what: string, { seconds, requests, bytesReceivedFromPowerSchool, bytesSent }: CycleEvent): void {
  const received = number(bytesReceivedFromPowerSchool);
  print(
    `${what.padEnd(13)} ${seconds.toFixed(1)} s, ${requests} requests, ${received} bytes from PowerSchool, ${number(bytesSent)} to the relay`,
  );
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
