/** The demo of one build, observed from outside. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { storeFile } from '../../../relay/settings/settings.ts';
import { openStore } from '../../../relay/store/store.ts';
import { createTenant } from '../../../relay/store/tenants/system.ts';
import type { Report } from '../../demo/report.ts';
import type { Observed } from './observer.ts';
import { cpuSeconds, findServed, readyUrl, residentMB, type Served } from './processes.ts';

export interface Figures extends Observed {
  report: Report;
  relay: { peakMB: number; cpuSeconds: number };
}

const run = promisify(execFile);
/** Between two looks at the processes, milliseconds. */
const lookEveryMs = 100;

/** @param folder of the build @param args of the demo @param file for its report @throws RangeError when the demo failed */
export async function observedDemo(folder: string, args: readonly string[], file: string): Promise<Figures> {
  const demo = spawn(process.execPath, ['scripts/demo.ts', '--once', '--json', file, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(demo, 'exit');
  const over = new AbortController();
  ended.then(() => over.abort());
  const relay = { peakMB: 0, cpuSeconds: 0 };
  let observer: ChildProcess | undefined;
  let said: Promise<string> | undefined;
  while (!over.signal.aborted) {
    const served = findServed('hallpass-relay.mjs', 'serve', demo.pid ?? 0);
    const url = served && readyUrl(served);
    if (served !== undefined && url !== undefined) {
      observer = await startObserver(folder, served, url);
      if (observer.stdout !== null) said = text(observer.stdout);
      await follow(served.pid, relay, over.signal);
      break;
    }
    await wait(lookEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
  }
  const [code] = await ended;
  observer?.stdin?.end();
  const observed = (await said)?.trim().split('\n').at(-1);
  if (code !== 0 || observed === undefined) throw new RangeError(`the demo in ${folder} ended with exit code ${code}`);
  return { ...(JSON.parse(observed) as Observed), relay, report: JSON.parse(await readFile(file, 'utf8')) };
}

async function follow(pid: number, relay: Figures['relay'], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { peak } = residentMB(pid);
    if (Number.isNaN(peak)) return;
    relay.peakMB = peak;
    relay.cpuSeconds = Math.max(relay.cpuSeconds, cpuSeconds(pid) || 0);
    await wait(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Another district, and an agent of it. */
async function startObserver(folder: string, { home }: Served, url: string): Promise<ChildProcess> {
  const bin = join(folder, 'relay/hallpass-relay.mjs');
  const env = { ...process.env, HALLPASS_HOME: home };
  const relay = async (...args: string[]) => (await run(process.execPath, [bin, ...args], { env })).stdout;
  const graphTenant = '00000001-2222-4333-8444-555555555555';
  await relay('tenant', 'add', 'neighbor', '--name', 'Neighbor', '--graph-tenant', graphTenant).catch(async () => {
    // Today's command asks Microsoft, which knows the demo's tenant alone.
    const store = await openStore(storeFile(home));
    await store.system((scope) =>
      createTenant(scope, { slug: 'neighbor', name: 'Neighbor', graphTenantId: graphTenant }, new Date()),
    );
    await store.close();
  });
  const { code } = JSON.parse(await relay('enroll-code', 'neighbor', '--json'));
  const file = fileURLToPath(new URL('observer.ts', import.meta.url));
  const authority = join(dirname(home), 'authority', 'ca.pem');
  return spawn(process.execPath, [file, url, code], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
