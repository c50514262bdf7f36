/**
 * Five good agents beside ten hostile ones, all enrolled, each in a district of its own: how long an acknowledgment takes,
 * and what the relay's memory grows to. The build of 0.2.0 is measured in the same run. Ends in under three minutes, with
 * exit code 1 when today's build misses a target.
 *
 *   npm run bench -- hostile [--seconds 15] [--beside cddc358 | --alone]
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { InvalidArgumentError } from 'commander';
import { count, readScriptOptions } from '../script-options.ts';
import { checkoutOf } from './builds/checkout.ts';
import { connectGood, type Latencies, latencies, quantile } from './hostile/good.ts';
import { hostilePrograms } from './hostile/programs.ts';

const here = fileURLToPath(new URL('../..', import.meta.url));
const targets = { p99Ms: 100, rssMB: 400 };
const goodOnes = ['good1', 'good2', 'good3', 'good4', 'good5'];
const hostileOnes = Object.keys(hostilePrograms);
/** For anything to come to its end that is not measured, milliseconds. */
const stepMs = 20_000;
/** For the last acknowledgment, beyond the time, milliseconds. */
const graceMs = 10_000;
/** Hostile agents at work before anything is measured, milliseconds. */
const warmUpMs = 2000;

const {
  options: { seconds, beside: otherBuild, alone },
} = readScriptOptions<{ seconds: number; beside: string; alone: boolean }>(
  'npm run bench -- hostile',
  'Good agents beside ten hostile ones: how long an acknowledgment takes, and what the memory of the relay grows to.',
  (command) =>
    command
      .option('--seconds <number>', 'of measuring for each build, 20 at most', upToTwenty, 15)
      .option('--beside <commit>', 'the other build, of 0.2.0 unless said otherwise', 'cddc358')
      .option('--alone', "today's build only", false),
);

/** @throws InvalidArgumentError */
function upToTwenty(text: string): number {
  const number = count(text);
  if (number > 20) throw new InvalidArgumentError('It must be 20 at most.');
  return number;
}

interface Figures {
  quiet: Latencies;
  beside: Latencies;
  rssMB: number;
  /** What each hostile agent did. */
  attacks: Record<string, { connections: number; refusals: number; bursts: number }>;
}

async function measure(build: string): Promise<Figures> {
  const home = mkdtempSync(join(tmpdir(), 'hallpass-hostile-'));
  const env = { ...process.env, HALLPASS_HOME: home };
  const bin = join(build, 'relay/hallpass-relay.mjs');
  const relay = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], { env, timeout: stepMs });
    return stdout;
  };
  const district = async (slug: string, graphTenant: string): Promise<string> => {
    await relay('tenant', 'add', slug, '--name', slug, '--graph-tenant', graphTenant);
    return String(JSON.parse(await relay('enroll-code', slug, '--json')).code);
  };
  const children: ReturnType<typeof spawn>[] = [];
  try {
    await relay('configure', '--port', '0');
    const codes: string[] = [];
    // One agent a district: of two in one, the newer cycle takes over.
    for (const at of [...goodOnes, ...hostileOnes].keys()) {
      const slug = goodOnes[at] ?? `hostile${at}`;
      codes.push(await district(slug, `${String(at).padStart(8, '0')}-2222-4333-8444-555555555555`));
    }
    const served = spawn(process.execPath, [bin, 'serve', '--log-format', 'json'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(served);
    const events = createInterface({ input: served.stdout });
    const ready = await lineWith(events, (line) => line.includes('"relay.ready"'), 'the relay is ready');
    const url = String(JSON.parse(ready).url);
    const agents = await within(
      stepMs,
      'good agents connect',
      Promise.all(goodOnes.map((_, at) => connectGood(url, codes[at] ?? '', at))),
    );
    const quiet = await latencies(agents, Math.min(5, seconds), graceMs);

    const attackers = spawn(
      process.execPath,
      [join(here, 'scripts/bench/hostile/agents.ts'), url, ...codes.slice(goodOnes.length)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(attackers);
    const said = createInterface({ input: attackers.stdout });
    await lineWith(said, (line) => line === 'ready', 'the hostile agents are enrolled');
    await wait(warmUpMs);
    const beside = await latencies(agents, seconds, graceMs);
    const rssMB = peakRssMB(served.pid);
    attackers.kill('SIGTERM');
    const line = await lineWith(said, (line) => line.startsWith('{'), 'the hostile agents tell what they did');
    return { quiet, beside, rssMB, attacks: JSON.parse(line) };
  } finally {
    await Promise.all(children.map(end));
    rmSync(home, { recursive: true, force: true });
  }
}

/** The highest memory that the process has had, as the system counts it. */
function peakRssMB(pid: number | undefined): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Keeps reading afterwards, so that the process never waits for somebody to read what it says. */
async function lineWith(lines: Interface, isIt: (line: string) => boolean, what: string): Promise<string> {
  const found = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => isIt(line) && resolve(line));
    lines.once('close', () => reject(new Error(`ended before this: ${what}`)));
  });
  return await within(stepMs, what, found);
}

async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const left = new AbortController();
  const late = wait(ms, undefined, { signal: left.signal }).then(() => {
    throw new Error(`not within ${ms / 1000} s: ${what}`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    left.abort();
    late.catch(() => undefined);
  }
}

async function end(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function shown({ sorted, lost }: Latencies): string {
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => `${quantile(sorted, share).toFixed(1)} ms`);
  return `p50 ${p50}, p99 ${p99}, most ${most} of ${sorted.length}${lost === 0 ? '' : `, ${lost} lost`}`;
}

function report(name: string, { quiet, beside, rssMB, attacks }: Figures): void {
  process.stdout.write(`${name}
  acknowledgment alone                  ${shown(quiet)}
  acknowledgment beside hostile agents  ${shown(beside)}
  relay, highest RSS                     ${rssMB.toFixed(0)} MB (load of the machine ${loadavg()[0]?.toFixed(1)})
${Object.entries(attacks)
  .map(
    ([what, { connections, refusals, bursts }]) =>
      `    ${what.padEnd(42)}${connections} connections, ${refusals} refused, ${bursts} bursts\n`,
  )
  .join('')}`);
}

function misses({ beside, rssMB, attacks }: Figures): string[] {
  const p99 = quantile(beside.sorted, 0.99);
  const idle = Object.entries(attacks).filter(([, { bursts }]) => bursts === 0);
  return [
    ...(p99 <= targets.p99Ms ? [] : [`p99 is ${p99.toFixed(0)} ms, and should be ${targets.p99Ms} ms at most`]),
    ...(rssMB <= targets.rssMB ? [] : [`RSS is ${rssMB.toFixed(0)} MB, and should be ${targets.rssMB} MB at most`]),
    ...(beside.lost === 0 ? [] : [`${beside.lost} good agents lost their connection or waited to the end`]),
    ...idle.map(([what]) => `the hostile agent "${what}" did nothing, so that this run shows nothing`),
  ];
}

if (!alone) report(otherBuild, await measure(await checkoutOf(otherBuild)));
const today = await measure(here);
report('today', today);
const missed = misses(today);
for (const miss of missed) process.stderr.write(`missed: ${miss}\n`);
const aloneMs = quantile(today.quiet.sorted, 0.99);
if (missed.length > 0 && aloneMs > targets.p99Ms / 4) {
  process.stderr.write(`the machine is busy: without hostile agents, too, p99 is ${aloneMs.toFixed(0)} ms\n`);
}
process.exit(missed.length === 0 ? 0 : 1);
