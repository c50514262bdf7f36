/** A relay that serves as a process of its own, and what its main thread took at a stretch. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Stretches } from './stretches.ts';

export interface Serving {
  child: ChildProcess;
  url: string;
}

/** @param profiles folder for what V8 samples of every thread */
export async function serve(home: string, profiles?: string): Promise<Serving> {
  const main = fileURLToPath(new URL('../../../relay/main.ts', import.meta.url));
  const looking = ['--import', new URL('stretches.ts', import.meta.url).href];
  const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const serving = [main, 'serve', '--port', '0', '--log-format', 'json'];
  const child = spawn(process.execPath, [...looking, ...profiling, ...serving], {
    env: { ...process.env, HALLPASS_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new TypeError('the relay has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, url } = JSON.parse(line);
    if (event !== 'relay.ready') continue;
    child.stdout.resume();
    return { child, url };
  }
  throw new Error('the relay ended before it was ready');
}

/** Since it was asked before. */
export async function stretchesOf({ child }: Pick<Serving, 'child'>): Promise<Stretches> {
  child.send('stretches');
  const [found] = (await once(child, 'message')) as [Stretches];
  return found;
}

export async function endServing({ child }: Pick<Serving, 'child'>): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}
