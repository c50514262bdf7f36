/**
 * What both programs cost until they are of use, beside 0.2.0's build in the same run: CPU, memory and time to the first
 * line of `--version`, of `status` and `tenant list` where nothing is set up, and of `serve` and `run` until they are ready. Build after build
 * and round by round, so that other work on the machine meets both; the first start of a build, which compiles everything, counts apart.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { powerqueryManifest } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { startPowerSchoolSimulator } from '../simulators/powerschool/server.ts';
import { checkoutOf } from './builds/checkout.ts';
import { Place } from './startup/place.ts';
import type { Start } from './startup/start.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const {
  options: { commit, rounds },
} = readScriptOptions<{ commit: string; rounds: number }>(
  'npm run bench -- startup',
  "What both programs cost until they are of use, beside the build of a commit: medians, today's as a ratio.",
  (command) =>
    command
      .option('--commit <commit>', 'the other build; by default 0.2.0', 'cddc358')
      .option('--rounds <number>', 'so many starts of each', count, 7),
);

const folder = await mkdtemp(join(tmpdir(), 'hallpass-startup-'));
const simulator = await startPowerSchoolSimulator({ students: 20, http: true });
try {
  const plugin = await simulator.installPlugin(await packPlugin(powerqueryManifest('0.1.0')));
  const powerschool = { baseUrl: simulator.baseUrl, ...plugin };
  const places = [
    await Place.make(await checkoutOf(commit), join(folder, 'then'), powerschool),
    await Place.make(root, join(folder, 'now'), powerschool),
  ] as const;
  process.stdout.write(`${''.padEnd(30)}${commit.padStart(25)}${'today'.padStart(25)}   ratio of CPU\n`);
  process.stdout.write(`${''.padEnd(30)}${'CPU s  first s  RSS MB'.padStart(25).repeat(2)}\n`);
  for (const name of places[0].names) {
    const first = [await places[0].start(name, true), await places[1].start(name, true)] as const;
    if (name.endsWith('--version')) show(`${name}, first start`, first);
    const starts: [Start[], Start[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      for (const side of [0, 1] as const) starts[side].push(await places[side].start(name));
    }
    show(name, [median(starts[0]), median(starts[1])]);
  }
} finally {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
}

function median(starts: readonly Start[]): Start {
  const of = (figure: keyof Start) =>
    starts.map((start) => start[figure]).sort((a, b) => a - b)[Math.floor(starts.length / 2)] ?? Number.NaN;
  return { cpuSeconds: of('cpuSeconds'), firstLineSeconds: of('firstLineSeconds'), rssMB: of('rssMB') };
}

function show(name: string, [then, now]: readonly [Start, Start]): void {
  const figures = ({ cpuSeconds, firstLineSeconds, rssMB }: Start) =>
    `${cpuSeconds.toFixed(2)}     ${firstLineSeconds.toFixed(2)}    ${rssMB.toFixed(0)}`.padStart(25);
  const ratio = (now.cpuSeconds / then.cpuSeconds).toFixed(2);
  process.stdout.write(`${name.padEnd(30)}${figures(then)}${figures(now)}   ${ratio}\n`);
}
