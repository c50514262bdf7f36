/**
 * The longest that a relay's main thread works at a stretch, as its own metrics have it, while a large district's roster comes for
 * the first time, then while every question of the API is asked about another one of the size, and a small neighbor sends a batch now
 * and then. The relay is a process of its own.
 *
 *   npm run bench -- stalls [--students 100000]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { saveSettings, storeFile } from '../../relay/settings/settings.ts';
import { issueCode } from '../../relay/store/agents/agents.ts';
import { openStore } from '../../relay/store/store.ts';
import { type AgentDouble, connectDouble, enrollDouble } from '../../relay/testing/agent-double.ts';
import { addTenantTo, testProfile } from '../../relay/testing/relay-double.ts';
import { limits } from '../../shared/link.ts';
import { count, readScriptOptions } from '../script-options.ts';
import { quantile } from './hostile/good.ts';
import { sendBatches } from './house/probe.ts';
import { addAskedDistrict, askEverything } from './stalls/asked.ts';

const {
  options: { students },
} = readScriptOptions<{ students: number }>(
  'npm run bench -- stalls',
  "The longest stretches of a relay's main thread while a large district's roster comes, and while everything is asked about one.",
  (command) => command.option('--students <number>', 'of the large district, with 8 enrollments each', count, 100_000),
);
const schools = 150;
const enrollmentsEach = 8;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serve(home: string): Promise<{ child: ChildProcess; url: string }> {
  const main = fileURLToPath(new URL('../../relay/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--log-format', 'json'], {
    env: { ...process.env, HALLPASS_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, url } = JSON.parse(line);
    if (event !== 'relay.ready') continue;
    child.stdout.resume();
    return { child, url };
  }
  throw new Error('the relay ended before it was ready');
}

async function agentOf(home: string, url: string, slug: string): Promise<AgentDouble> {
  const store = await openStore(storeFile(home));
  const tenant = await store.system(({ db }) =>
    db.selectFrom('tenant').select('id').where('slug', '=', slug).executeTakeFirstOrThrow(),
  );
  const { code } = await store.withTenant(tenant.id, (scope) => issueCode(scope, new Date()));
  await store.close();
  const double = await connectDouble(url, await enrollDouble(url, code));
  if ('status' in double) throw new Error(`refused with ${double.status}`);
  await double.hello();
  await double.acked(double.begin(randomUUID()));
  return double;
}

/** Since it was asked before, milliseconds. */
async function longestStretch(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1]) * 1000;
}

/** Enrollments and students in full batches, eight of them under way as with an agent. */
async function sendRoster(agent: AgentDouble): Promise<void> {
  const sent: number[] = [];
  const send = async (kind: 'student' | 'studentEnrollment', upserts: Record<string, unknown>[], schoolId: string) => {
    for (let from = 0; from < upserts.length; from += limits.maxBatchRecords) {
      sent.push(agent.batch({ kind, schoolId }, upserts.slice(from, from + limits.maxBatchRecords)));
      if (sent.length >= 8) await agent.acked(sent.shift() ?? 0);
    }
  };
  const perSchool = Math.ceil(students / schools);
  for (let school = 1; school <= schools; school += 1) {
    const ids = Array.from({ length: perSchool }, (_, at) => String(school * 10_000_000 + at * 10));
    await send(
      'student',
      ids.map((id) => ({ id, grade: '9' })),
      `${school}`,
    );
    const enrollments = ids.flatMap((studentId) =>
      Array.from({ length: enrollmentsEach }, (_, at) => {
        const id = String(Number(studentId) + at);
        return {
          id,
          studentId,
          sectionId: String(Number(id) % 20_000),
          startDate: '2026-08-20',
          endDate: '2027-06-11',
        };
      }),
    );
    await send('studentEnrollment', enrollments, `${school}`);
  }
  for (const seq of sent) await agent.acked(seq);
}

const home = await mkdtemp(join(tmpdir(), 'hallpass-stalls-'));
const port = await freePort();
const token = await addAskedDistrict(home, students);
await addTenantTo(home, 'large', testProfile);
await addTenantTo(home, 'small', testProfile);
await saveSettings(home, { metrics: { port } });
const { child, url } = await serve(home);

function print(what: string, value: string, unit: string): void {
  process.stdout.write(`${what.padEnd(50)}${value.padStart(8)} ${unit}\n`);
}

/** While a neighbor sends batches. @returns what the work returns */
async function phase<T>(name: string, neighbor: AgentDouble, work: () => Promise<T>): Promise<T> {
  await longestStretch(port);
  const over = new AbortController();
  const acknowledged = sendBatches(neighbor, over.signal);
  const result = await work();
  print(name, (await longestStretch(port)).toFixed(1), 'ms');
  over.abort();
  const ackMs = await acknowledged;
  print("  neighbor's acknowledgment, p99", quantile(ackMs, 0.99).toFixed(1), 'ms');
  return result;
}

try {
  const large = await agentOf(home, url, 'large');
  const small = await agentOf(home, url, 'small');
  process.stdout.write(`longest stretch of the main thread, ${students} students\n`);
  print('start, and two agents', (await longestStretch(port)).toFixed(1), 'ms');
  const from = performance.now();
  await phase(`roster of ${students * (enrollmentsEach + 1)} records`, small, () => sendRoster(large));
  const seconds = (performance.now() - from) / 1000;
  print('  intake', Math.round((students * (enrollmentsEach + 1)) / seconds).toString(), 'records/s');
  const answers = await phase('every question of the API', small, () => askEverything(url, token));
  for (const { path, ms, bytes } of answers) print(`  ${path}`, ms.toFixed(0), `ms, ${Math.ceil(bytes / 1024)} KB`);
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
  await rm(home, { recursive: true, force: true });
}
