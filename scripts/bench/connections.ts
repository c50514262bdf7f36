/**
 * Idle agents on one relay, each in a district of its own and with the agent's own connection: the memory of the relay, and how
 * long all of them take to be back after a restart, with the processor time of either side. Exit code 1 when a target is missed.
 * Linux only.
 *
 *   npm run bench -- connections [--agents 5000] [--idle 60]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { count, readScriptOptions } from '../script-options.ts';
import { makeDistricts } from './connections/districts.ts';
import { cpuSeconds, residentMB } from './house/processes.ts';

const targets = { rssMB: 1024, backSeconds: 60 };
/** Agents in one process of the bench. */
const perProcess = 1250;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const {
  options: { agents, idle },
} = readScriptOptions<{ agents: number; idle: number }>(
  'npm run bench -- connections',
  'Idle agents on one relay: its memory, and how long all of them take to be back after a restart.',
  (command) =>
    command
      .option('--agents <number>', 'so many', count, 5000)
      .option(
        '--idle <seconds>',
        'before memory is read, and again for the processor time; 60 are two pings',
        count,
        60,
      ),
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function serve(home: string): Promise<ChildProcess> {
  const relay = spawn(process.execPath, [here('../../relay/hallpass-relay.mjs'), 'serve', '--log-format', 'json'], {
    env: { ...process.env, HALLPASS_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: relay.stdout ?? process.stdin });
  await new Promise<void>((resolve) => lines.on('line', (line) => line.includes('"relay.ready"') && resolve()));
  return relay;
}

const home = await mkdtemp(join(tmpdir(), 'hallpass-connections-'));
const children: ChildProcess[] = [];
const agentProcesses: ChildProcess[] = [];
const agentCpu = () => agentProcesses.reduce((sum, { pid }) => sum + cpuSeconds(pid ?? 0), 0);
try {
  const port = await freePort();
  const identities = await makeDistricts(home, agents, port);
  let relay = await serve(home);
  children.push(relay);
  const connected: number[] = [];
  for (let at = 0; at < identities.length; at += perProcess) {
    const file = join(home, `agents-${at}.json`);
    await writeFile(file, JSON.stringify(identities.slice(at, at + perProcess)), { mode: 0o600 });
    const child = spawn(process.execPath, [here('connections/agents.ts'), file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    agentProcesses.push(child);
    const place = connected.push(0) - 1;
    createInterface({ input: child.stdout }).on('line', (line) => {
      connected[place] = Number(line);
    });
  }
  const all = async (): Promise<number> => {
    const from = performance.now();
    while (connected.reduce((sum, one) => sum + one, 0) < agents) await wait(50);
    return (performance.now() - from) / 1000;
  };
  print('all connected after, s', await all());
  await wait(idle * 1000);
  const { now, peak } = residentMB(relay.pid ?? 0);
  print('memory of the relay while all are idle, MB', now);
  print('… and at most, MB', peak);
  const before = cpuSeconds(relay.pid ?? 0);
  await wait(idle * 1000);
  print('processor while all are idle, s a minute', ((cpuSeconds(relay.pid ?? 0) - before) * 60) / idle);

  relay.kill('SIGTERM');
  await once(relay, 'exit');
  while (connected.some((one) => one > 0)) await wait(20);
  const ofAgents = agentCpu();
  relay = await serve(home);
  children.push(relay);
  const started = cpuSeconds(relay.pid ?? 0);
  const back = await all();
  print('all back after a restart, s', back);
  print('processor of the relay for 1,000 agents, s', ((cpuSeconds(relay.pid ?? 0) - started) * 1000) / agents);
  print('… and its start, s', started);
  print('processor of the agents for 1,000 of them, s', ((agentCpu() - ofAgents) * 1000) / agents);
  print('memory of the relay then, at most, MB', residentMB(relay.pid ?? 0).peak);
  if (peak > targets.rssMB || back > targets.backSeconds) process.exitCode = 1;
} finally {
  for (const child of children.toReversed()) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(home, { recursive: true, force: true });
}

function print(what: string, figure: number): void {
  process.stdout.write(`${what.padEnd(46)}${figure.toFixed(1).padStart(10)}\n`);
}
