/**
 * What a larger district takes: the agent's first read, the relay's memory and planning, the main thread while a roster arrives,
 * and the first sync on a virtual clock; each size and phase in a process of its own. Adds to `docs/growth.json` after every phase, so
 * that a long run can be continued, and draws `docs/growth.svg` from it.
 */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { count, readScriptOptions } from '../script-options.ts';
import { drawGrowth } from './growth/draw.ts';
import { type Growth, growthSchema, type Phase, phaseSchemas, phases } from './growth/figures.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const file = here('../../docs/growth.json');
const picture = here('../../docs/growth.svg');

const { options } = readScriptOptions<{ from: number; upTo: number; only: Phase[]; note: string; draw: boolean }>(
  'npm run bench -- growth',
  'Time, processor time, stalls, memory and requests by size of the district, as docs/growth.json and docs/growth.svg.',
  (command) =>
    command
      .option('--from <students>', 'the smallest size', count, 1000)
      .option('--up-to <students>', 'the largest size; the full series goes to 400000', count, 10_000)
      .option('--only <phases>', `of ${phases.join(',')}`, phasesIn, [...phases])
      .option('--note <text>', 'what else the machine does', '')
      .option('--draw', 'only draw what the file has', false),
);

function phasesIn(text: string): Phase[] {
  return text.split(',').map((name) => {
    const phase = phases.find((one) => one === name);
    if (phase === undefined) throw new InvalidArgumentError(`Phases are ${phases.join(', ')}.`);
    return phase;
  });
}

function run(phase: Phase, students: number): object {
  const args = ['--max-old-space-size=12000', here(`growth/${phase}.ts`), `${students}`];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new RangeError(`${phase} with ${students} students ended with exit code ${status}`);
  return JSON.parse(stdout);
}

/** To what a measurement means. */
function rounded(figures: object): object {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number(Number(value).toPrecision(4))]),
  );
}

async function known(): Promise<Growth> {
  const now = { date: new Date().toISOString().slice(0, 10), node: process.versions.node };
  const machine = { processors: availableParallelism(), note: options.note };
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { ...now, ...machine, sizes: [] };
  const earlier = growthSchema.parse(JSON.parse(text));
  return options.draw ? earlier : { ...now, ...machine, note: options.note || earlier.note, sizes: earlier.sizes };
}

const growth = await known();
const sizes = [1000, 10_000, 100_000, 400_000].filter((size) => size >= options.from && size <= options.upTo);
if (!options.draw && options.only.includes('agent')) run('agent', 100); // The first start of a checkout compiles.
for (const students of options.draw ? [] : sizes) {
  for (const phase of options.only) {
    const figures = phaseSchemas[phase].parse(rounded(run(phase, students)));
    const size = growth.sizes.find((one) => one.students === students) ?? { students };
    const others = growth.sizes.filter((one) => one !== size);
    growth.sizes = [...others, { ...size, [phase]: figures }].sort((a, b) => a.students - b.students);
    await writeFile(file, `${JSON.stringify(growth, undefined, 2)}\n`);
    process.stdout.write(`${students} ${phase}: ${JSON.stringify(figures)}\n`);
  }
}
await writeFile(picture, drawGrowth(growth));
