/**
 * The longest that a relay's main thread works at a stretch, in its own processor time and as its metrics have it (with what others
 * took of the processor), while a large district's roster comes for the first time, then while every question of the API is asked
 * about another one of the size, and a small neighbor sends a batch now and then. The relay is a process of its own.
 *
 *   npm run bench -- stalls [--students 100000]
 */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
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
import { endServing, serve, stretchesOf } from './stalls/serving.ts';
import type { Stretches } from './stalls/stretches.ts';

const {
  options: { students, profiles, only },
} = readScriptOptions<{ students: number; profiles?: string; only?: 'intake' | 'questions' }>(
  'npm run bench -- stalls',
  "The longest stretches of a relay's main thread while a large district's roster comes, and while everything is asked about one.",
  (command) =>
    command
      .option('--students <number>', 'of the large district, with 8 enrollments each', count, 100_000)
      .addOption(new Option('--only <phase>', 'one of the two phases').choices(['intake', 'questions']))
      .option('--profiles <folder>', 'for what V8 samples of every thread'),
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

/** Since it was asked before. @property lagMs with what others took of the processor */
async function stretches(relay: ChildProcess, port: number): Promise<Stretches & { lagMs: number }> {
  const found = await stretchesOf({ child: relay });
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return { ...found, lagMs: Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1]) * 1000 };
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
const token = only === 'intake' ? undefined : await addAskedDistrict(home, students);
await addTenantTo(home, 'large', testProfile);
await addTenantTo(home, 'small', testProfile);
await saveSettings(home, { metrics: { port } });
const { child, url } = await serve(home, profiles);

function print(what: string, value: string, unit: string): void {
  process.stdout.write(`${what.padEnd(50)}${value.padStart(8)} ${unit}\n`);
}

function printStretches(what: string, { longestMs, long, lagMs }: Stretches & { lagMs: number }): void {
  print(what, longestMs.toFixed(1), 'ms of processor time at a stretch, at most');
  print('  with what others took', lagMs.toFixed(1), 'ms');
  if (long.length === 0) return;
  print(
    '  over 20 ms',
    `${long.length}`,
    `stretches: ${long.map(({ ms, endedAtUs }) => `${ms.toFixed(1)} (${endedAtUs})`).join(', ')}`,
  );
}

/** While a neighbor sends batches. @returns what the work returns */
async function phase<T>(name: string, neighbor: AgentDouble, work: () => Promise<T>): Promise<T> {
  await stretches(child, port);
  const over = new AbortController();
  const acknowledged = sendBatches(neighbor, over.signal);
  const result = await work();
  printStretches(name, await stretches(child, port));
  over.abort();
  const ackMs = await acknowledged;
  print("  neighbor's acknowledgment, p99", quantile(ackMs, 0.99).toFixed(1), 'ms');
  return result;
}

try {
  const large = await agentOf(home, url, 'large');
  const small = await agentOf(home, url, 'small');
  process.stdout.write(`longest stretch of the main thread, ${students} students\n`);
  printStretches('start, and two agents', await stretches(child, port));
  if (only !== 'questions') {
    const from = performance.now();
    await phase(`roster of ${students * (enrollmentsEach + 1)} records`, small, () => sendRoster(large));
    const seconds = (performance.now() - from) / 1000;
    print('  intake', Math.round((students * (enrollmentsEach + 1)) / seconds).toString(), 'records/s');
  }
  if (token !== undefined) {
    const answers = await phase('every question of the API', small, () => askEverything(url, token));
    for (const { path, ms, bytes } of answers) print(`  ${path}`, ms.toFixed(0), `ms, ${Math.ceil(bytes / 1024)} KB`);
  }
} finally {
  await endServing({ child });
  await rm(home, { recursive: true, force: true });
}
