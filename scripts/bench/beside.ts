/**
 * The build of a given commit beside today's, in one run on one machine: the demo of both, one after the other, round by
 * round, with each figure as a ratio. Example: `npm run bench -- beside cddc358 --students 2000`
 *
 * Arguments: [--rounds N] COMMIT [what the demo takes; see `npm start -- --help`]
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../demo/report.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { checkoutOf } from './builds/checkout.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const {
  options: { rounds },
  args: [commit = '', ...passedOn],
} = readScriptOptions<{ rounds: number }>(
  'npm run bench -- beside',
  "The build of a commit beside today's: the demo of both, one after the other, with each figure as a ratio.",
  (command) =>
    command
      .option('--rounds <number>', 'before COMMIT: so many of each', count, 3)
      .argument('<commit>', 'the other build')
      .argument('[options-of-the-demo...]', 'see "npm start -- --help"; it refuses what it does not know')
      .passThroughOptions(),
);

/** @returns undefined where the demo gave no report */
async function demo(folder: string, report: string): Promise<Report | undefined> {
  const args = ['scripts/demo.ts', '--once', '--json', report, ...passedOn];
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status === 0) return JSON.parse(await readFile(report, 'utf8'));
  process.stderr.write(`the demo in ${folder} ended with exit code ${status}\n`);
  return undefined;
}

const figures: Record<string, (report: Report) => number> = {
  'first sync, s': ({ seconds }) => seconds,
  'first read, s': ({ timings }) => timings['first read'] ?? Number.NaN,
  'slowest edit, s': ({ editLatencySeconds }) => Math.max(...editLatencySeconds),
  'requests to Graph': ({ graph }) => graph.requests,
  'writes to Graph': ({ graph }) => graph.writes,
  'bytes over the link': ({ agent }) => agent.bytesSent,
  'agent RSS, MB': ({ agent }) => agent.rssPeakMB,
  differences: ({ differenceCount }) => differenceCount,
};

const other = await checkoutOf(commit);
const folder = await mkdtemp(join(tmpdir(), 'hallpass-beside-'));
const reports: { then: Report; now: Report }[] = [];
try {
  for (let round = 0; round < rounds; round += 1) {
    const then = await demo(other, join(folder, 'then.json'));
    const now = await demo(root, join(folder, 'now.json'));
    if (then !== undefined && now !== undefined) reports.push({ then, now });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (reports.length === 0) process.exit(1);

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

process.stdout.write(`medians of ${reports.length} rounds${' '.repeat(6)}${commit.padStart(12)}       today   ratio\n`);
for (const [name, figure] of Object.entries(figures)) {
  const then = median(reports.map((report) => figure(report.then)));
  const now = median(reports.map((report) => figure(report.now)));
  const ratio = then === 0 ? '' : (now / then).toFixed(3);
  process.stdout.write(`${name.padEnd(24)}${show(then)}${show(now)}${ratio.padStart(8)}\n`);
}

function show(value: number): string {
  return (Number.isInteger(value) ? `${value}` : value.toFixed(2)).padStart(12);
}
