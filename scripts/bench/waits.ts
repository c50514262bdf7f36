/**
 * What waits for what it does not need, on a virtual clock with Graph's documented limits: edits in the middle of a first load, a batch
 * that is lost, a first sync with faults all the way, and one without. Each figure has a target; exit code 1 when one is missed.
 *
 *   npm run bench -- waits [--students 20000] [--beside cddc358 | --alone] [edits lost faults calm]
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Argument } from 'commander';
import { count, readScriptOptions } from '../script-options.ts';
import { checkoutOf } from './builds/checkout.ts';
import type { Measured, Measurement } from './waits/measure.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = fileURLToPath(new URL('waits/measure.ts', import.meta.url));
const names = ['edits', 'lost', 'faults', 'calm'];

const {
  options: { students, beside, alone },
  args,
} = readScriptOptions<{ students: number; beside: string; alone: boolean }>(
  'npm run bench -- waits',
  'Seconds of virtual time that edits, lost answers and faults cost during a sync.',
  (command) =>
    command
      .option('--students <number>', 'of the district that is edited during its first load', count, 100_000)
      .option('--beside <commit>', 'the other build, for everything but the edits', 'cddc358')
      .option('--alone', "today's build only", false)
      .addArgument(new Argument('[what...]', 'default: all').choices(names)),
);
const chosen = args.length === 0 ? names : args.flat();
const other = alone ? undefined : await checkoutOf(beside);
let isMissed = false;

if (chosen.includes('edits')) {
  const times = await measure(root, 'editsInLoad', students);
  for (const [kind, ofKind] of Map.groupBy(times, (time) => time.kind)) {
    const slowest = Math.max(...ofKind.map(({ seconds }) => seconds));
    show(`${kind}, first load of ${students}, s`, slowest, undefined, 10);
  }
}
if (chosen.includes('lost')) {
  const [now, then] = await both('lostBatch', 60);
  show('20 new students, slowest batch to lose, s', now.seconds, then?.seconds, 15);
}
if (chosen.includes('faults')) {
  const [now, then] = await both('disturbedSync', 2000);
  show('first sync of 2,000 with faults, ×', now.seconds / now.calmSeconds, then && then.seconds / then.calmSeconds, 2);
  show('the same: longest time without a write, s', now.longestPauseSeconds, then?.longestPauseSeconds, 20);
}
if (chosen.includes('calm')) {
  for (const size of [2000, 20_000]) {
    const [now, then] = await both('calmSync', size);
    const target = size < 20_000 ? 1.05 : 1.01;
    show(`first sync of ${size}, × share of the limit`, now.overDemanded, then?.overDemanded, target);
    show('the same: writes over the fewest', now.writes, then?.writes, 1);
    show('the same: 429 answers', now.throttled, then?.throttled, 0);
  }
}
process.exitCode = isMissed ? 1 : 0;

async function both<M extends Measurement>(what: M, size: number): Promise<[Measured<M>, Measured<M> | undefined]> {
  const then = other === undefined ? undefined : await measure(other, what, size);
  return [await measure(root, what, size), then];
}

async function measure<M extends Measurement>(build: string, what: M, size: number): Promise<Measured<M>> {
  const child = promisify(execFile)(process.execPath, [program, build, what, `${size}`]);
  child.child.stderr?.pipe(process.stderr);
  return JSON.parse((await child).stdout);
}

function show(what: string, now: number, then: number | undefined, target: number): void {
  const isMet = now <= target;
  isMissed ||= !isMet;
  const beforehand = then === undefined ? '' : `, ${beside}: ${then.toFixed(3)}`;
  process.stdout.write(
    `${what.padEnd(60)}${now.toFixed(3).padStart(9)} (at most ${target})${isMet ? '' : ' MISSED'}${beforehand}\n`,
  );
}
