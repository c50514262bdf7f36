/**
 * Good agents beside ten hostile ones that are enrolled in another district: how long an acknowledgement takes, and what the
 * relay's memory grows to. Example: `npm run bench -- hostile --seconds 15 --beside cddc358`
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type AgentDouble, connectDouble, enrollDouble } from '../../relay/testing/agent-double.ts';
import { checkoutOf } from './builds/checkout.ts';
import { hostilePrograms } from './hostile/programs.ts';

const here = fileURLToPath(new URL('../..', import.meta.url));
const schools = { kind: 'school', schoolId: 'district' } as const;
const goodDistricts = ['good1', 'good2', 'good3', 'good4', 'good5'];
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '15' }, beside: { type: 'string' } } });
const seconds = Number(values.seconds);

interface Figures {
  quiet: number[];
  beside: number[];
  rssMB: number;
}

async function measure(build: string): Promise<Figures> {
  const home = mkdtempSync(join(tmpdir(), 'hallpass-hostile-'));
  const env = { ...process.env, HALLPASS_HOME: home };
  const bin = join(build, 'relay/hallpass-relay.mjs');
  const relay = (...args: string[]) => execFileSync(process.execPath, [bin, ...args], { env, encoding: 'utf8' });
  relay('configure', '--port', '0');
  // One agent a district: of two in one, the newer cycle takes over.
  for (const [index, slug] of [...goodDistricts, 'hostile'].entries()) {
    relay('tenant', 'add', slug, '--name', slug, '--graph-tenant', `${index + 1}1111111-2222-4333-8444-555555555555`);
  }
  const code = (slug: string) => String(JSON.parse(relay('enroll-code', slug, '--json')).code);
  const served = spawn(process.execPath, [bin, 'serve', '--log-format', 'json'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    let url = '';
    for await (const line of createInterface({ input: served.stdout })) {
      const event = JSON.parse(line);
      if (event.event !== 'relay.ready') continue;
      url = String(event.url);
      break;
    }
    served.stdout.resume();
    const agents = await Promise.all(goodDistricts.map((slug) => connectGood(url, code(slug))));
    const quiet = await latencies(agents, seconds);
    const codes = Object.keys(hostilePrograms).map(() => code('hostile'));
    const attackers = spawn(process.execPath, [join(here, 'scripts/bench/hostile/agents.ts'), url, ...codes], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    attackers.stdout.on('data', (told) => process.stdout.write(`  hostile agents: ${String(told)}`));
    await wait(2000);
    const beside = await latencies(agents, seconds);
    const rssMB = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${served.pid}/status`, 'utf8'))?.[1]) / 1024;
    attackers.kill('SIGTERM');
    await once(attackers, 'exit');
    return { quiet, beside, rssMB };
  } finally {
    served.kill('SIGKILL');
    await once(served, 'exit');
    rmSync(home, { recursive: true, force: true });
  }
}

async function connectGood(url: string, code: string): Promise<AgentDouble> {
  const agent = await connectDouble(url, await enrollDouble(url, code));
  if (!('hello' in agent)) throw new RangeError(`a good agent was refused with ${agent.status}`);
  await agent.hello();
  return agent;
}

/** Milliseconds from a small batch to its acknowledgement, of all good agents together. */
async function latencies(agents: readonly AgentDouble[], lasting: number): Promise<number[]> {
  const found: number[] = [];
  const end = performance.now() + lasting * 1000;
  await Promise.all(
    agents.map(async (agent, index) => {
      const begun = agent.begin(randomUUID());
      await agent.acked(begun);
      for (let count = 0; performance.now() < end; count += 1) {
        const from = performance.now();
        await agent.acked(agent.batch(schools, [{ id: `${index}`, name: `School ${count}` }]));
        found.push(performance.now() - from);
        await wait(50);
      }
    }),
  );
  return found.sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], share: number): string {
  return `${(sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1)} ms`;
}

const builds = values.beside === undefined ? [] : [[values.beside, await checkoutOf(values.beside)] as const];
for (const [name, folder] of [...builds, ['today', here] as const]) {
  const { quiet, beside, rssMB } = await measure(folder);
  process.stdout.write(
    `${name}: acknowledgement alone p50 ${quantile(quiet, 0.5)}, p99 ${quantile(quiet, 0.99)}; beside ten hostile agents ` +
      `p50 ${quantile(beside, 0.5)}, p99 ${quantile(beside, 0.99)} (${beside.length} batches); relay RSS ${rssMB.toFixed(0)} MB; ` +
      `load ${loadavg()[0]?.toFixed(1)}\n`,
  );
}
process.exit(0);
