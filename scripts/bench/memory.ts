/**
 * What a relay keeps in memory of one district, and what reading it from the database costs: a process of its own for each size,
 * beside another build's in the same run when one is named. Kept is what the heap and its buffers hold after a full garbage collection, less
 * what they held before; the page cache of SQLite is no part of it, and is part of the RSS.
 */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { count, readScriptOptions } from '../script-options.ts';
import { checkoutOf } from './builds/checkout.ts';
import { fill } from './memory/fill.ts';
import type { Measured } from './memory/measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = fileURLToPath(new URL('memory/measure.ts', import.meta.url));

const {
  options: { commit },
  args,
} = readScriptOptions<{ commit?: string }>(
  'npm run bench -- memory',
  'What the relay keeps in memory of a district, and what reading it costs.',
  (command) =>
    command
      .option('--commit <commit>', 'the build of this commit too, such as cddc358, which is 0.2.0')
      .argument('[students...]', 'sizes of districts (default: 1000 10000 100000)', (text, before: number[] = []) => [
        ...before,
        count(text),
      ]),
);
const sizes = args.length === 0 ? [1000, 10_000, 100_000] : args.flat().map(Number);
const other = commit === undefined ? undefined : await checkoutOf(commit);

function measure(build: string, file: string): Measured {
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', program, build, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new RangeError(`the measurement of ${build} ended with exit code ${status}`);
  return JSON.parse(stdout);
}

const columns: [string, (measured: Measured) => string][] = [
  ['kept MB', ({ loadedMB }) => loadedMB.toFixed(1)],
  ['between runs MB', ({ keptMB }) => keptMB.toFixed(1)],
  ['counted MB', ({ countedMB }) => countedMB?.toFixed(1) ?? ''],
  ['load s', ({ loadMs }) => (loadMs / 1000).toFixed(2)],
  ['CPU s', ({ loadCpuMs }) => (loadCpuMs / 1000).toFixed(2)],
  ['longest stall ms', ({ stallMs }) => stallMs.toFixed(0)],
  ['peak RSS MB', ({ peakMB }) => peakMB.toFixed(0)],
  ['of it the load MB', ({ peakMB, rssBeforeMB }) => (peakMB - rssBeforeMB).toFixed(0)],
  ['plan s', ({ planMs }) => (planMs / 1000).toFixed(2)],
  ['CPU s', ({ planCpuMs }) => (planCpuMs / 1000).toFixed(2)],
  ['operations', ({ operations }) => `${operations}`],
  ['change ms', ({ changeMs }) => changeMs.toFixed(1)],
];

const width = (name: string) => Math.max(name.length, 8) + 2;
process.stdout.write(`${'students'.padEnd(20)}${columns.map(([name]) => name.padStart(width(name))).join('')}\n`);
for (const students of sizes) {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-memory-'));
  try {
    const file = join(folder, 'relay.db');
    // The database of the older build: today's brings it up to date.
    await fill(other ?? root, file, students);
    const copy = join(folder, 'today.db');
    await copyFile(file, copy);
    const then = other === undefined ? undefined : measure(other, file);
    const now = measure(root, copy);
    if (then !== undefined) show(students, `${commit}`, then);
    show(students, then === undefined ? '' : 'today', now);
    if (then !== undefined)
      process.stdout.write(`the plans are ${then.plan === now.plan ? 'the same' : 'different'}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function show(students: number, build: string, measured: Measured): void {
  const cells = columns.map(([name, text]) => text(measured).padStart(width(name)));
  process.stdout.write(`${`${students} ${build}`.padEnd(20)}${cells.join('')}\n`);
}
