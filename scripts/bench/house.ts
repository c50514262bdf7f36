/**
 * How a relay keeps house while a district is synced for the first time and edited afterwards: the demo of today's build and
 * that of 0.2.0, each with an observer outside that asks for the relay's health every 50 ms and is the agent of another
 * district. The simulators are processes of their own, so their memory and time are not among the figures. Linux only.
 *
 *   npm run bench -- house [--beside cddc358 | --alone] [--rounds 4] [what the demo takes, for instance --students 20000]
 *
 * Today's build makes so many rounds of five edits, and tells where the time of each goes; that of 0.2.0 makes one.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOptions } from '../demo/options.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { checkoutOf } from './builds/checkout.ts';
import { quantile } from './hostile/good.ts';
import { ofEdits, stepTable } from './house/edit-table.ts';
import { type Figures, observedDemo } from './house/one-demo.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const {
  options: { beside, alone, rounds },
  args: passedOn,
} = readScriptOptions<{ beside: string; alone: boolean; rounds: number }>(
  'npm run bench -- house',
  'Stalls, memory and edits of a relay during a first sync, seen from outside, beside those of another build.',
  (command) =>
    command
      .option('--beside <commit>', 'the other build', 'cddc358')
      .option('--alone', "today's build only", false)
      .option('--rounds <number>', "of five edits each, of today's build", count, 4)
      .argument('[options-of-the-demo...]', 'see "npm start -- --help"; it refuses what it does not know')
      .allowUnknownOption(),
);
// Before a demo of minutes, or the making of the other build, refuses them.
const understood = parseOptions(passedOn);
if ('exitCode' in understood) process.exit(understood.exitCode);

const rows: Record<string, (figures: Figures) => number> = {
  'longest answer of /healthz, ms': ({ healthMs }) => healthMs.at(-1) ?? Number.NaN,
  'p99 of /healthz, ms': ({ healthMs }) => quantile(healthMs, 0.99),
  "another district's acknowledgement, p50, ms": ({ ackMs }) => quantile(ackMs, 0.5),
  "another district's acknowledgement, p99, ms": ({ ackMs }) => quantile(ackMs, 0.99),
  'relay, RSS at most, MB': ({ relay }) => relay.peakMB,
  'relay, processor, s': ({ relay }) => relay.cpuSeconds,
  'agent, RSS at most, MB': ({ report }) => report.agent.rssPeakMB,
  'first sync, s': ({ report }) => report.seconds,
  edits: ({ report }) => report.editLatencySeconds.length,
  'edit to Graph, median, s': ({ report }) => ofEdits(report.editLatencySeconds, 0.5),
  'edit to Graph, p95, s': ({ report }) => ofEdits(report.editLatencySeconds, 0.95),
  'writes over the fewest': ({ report }) => report.graph.writes / report.graph.minimumWrites,
  '429 answers': ({ report }) => report.graph.throttled,
  differences: ({ report }) => report.differenceCount,
};

const folder = await mkdtemp(join(tmpdir(), 'hallpass-house-'));
try {
  const then = alone ? undefined : await observedDemo(await checkoutOf(beside), passedOn, join(folder, 'then.json'));
  const now = await observedDemo(root, [...passedOn, '--edit-rounds', `${rounds}`], join(folder, 'now.json'));
  process.stdout.write(`${''.padEnd(46)}${alone ? '' : beside.padStart(12)}       today${alone ? '' : '   ratio'}\n`);
  for (const [name, figure] of Object.entries(rows)) {
    const other = then && figure(then);
    const ratio = other === undefined || other === 0 ? '' : (figure(now) / other).toFixed(3).padStart(8);
    process.stdout.write(`${name.padEnd(46)}${other === undefined ? '' : show(other)}${show(figure(now))}${ratio}\n`);
  }
  process.stdout.write(stepTable(now.report.edits));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function show(value: number): string {
  return (Number.isInteger(value) ? `${value}` : value.toFixed(2)).padStart(12);
}
