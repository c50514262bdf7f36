/** One start of a program, and what it cost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

export interface Start {
  /** Until it was ready and had ended, user and system. */
  cpuSeconds: number;
  /** From the call to the line that is waited for. */
  firstLineSeconds: number;
  /** The largest resident set. */
  rssMB: number;
}

export interface Command {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** The line that says that it is ready, after which it is told to stop; undefined for a command that ends by itself. */
  ready?: RegExp;
}

/** Loaded into the program: what it has used goes to a pipe of its own as it ends. */
const meter = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs'; process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));",
)}`;

/** @param bin the script that starts the program */
export async function start(bin: string, { args, env, ready }: Command): Promise<Start> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', meter, bin, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const pipe = child.stdio[3];
  if (child.stdout === null || !pipe || !('readable' in pipe)) throw new TypeError('no pipes');
  const used = text(pipe);
  const closed = once(child, 'close');
  let firstLineSeconds = Number.NaN;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!Number.isNaN(firstLineSeconds) || !(ready ?? /./).test(line)) continue;
    firstLineSeconds = (performance.now() - began) / 1000;
    if (ready !== undefined) child.kill('SIGTERM');
  }
  await closed;
  if (Number.isNaN(firstLineSeconds)) throw new Error(`${bin} ${args.join(' ')} ended before it was ready`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(await used);
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, firstLineSeconds, rssMB: maxRSS / 1024 };
}
