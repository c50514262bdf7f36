/** The relay in its own process, killed without warning: everything acknowledged is there, and nothing is half there. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { digestOf, digestToText, recordHash } from '../../../shared/digest.ts';
import type { Bucket } from '../../../shared/roster.ts';
import { storeFile } from '../../settings/settings.ts';
import { issueCode } from '../../store/agents/agents.ts';
import { digests, isSettled, readRecords } from '../../store/roster/mirror.ts';
import { openStore } from '../../store/store.ts';
import { connectDouble, enrollDouble } from '../../testing/agent-double.ts';
import { addTenantTo, testProfile } from '../../testing/relay-double.ts';

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
const students: Bucket = { kind: 'student', schoolId: '12' };
/** Several transactions each. */
const perBatch = 600;

async function serve(home: string): Promise<{ child: ChildProcess; url: string }> {
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

t.test('killed between batch and ack, again and again', async (t) => {
  const home = t.testdir();
  const tenant = await addTenantTo(home, 'contoso', testProfile);
  const before = await openStore(storeFile(home));
  const { code } = await before.withTenant(tenant.id, (scope) => issueCode(scope, new Date()));
  await before.close();

  let acknowledged = 0;
  let sent = 0;
  let first = await serve(home);
  const identity = await enrollDouble(first.url, code);
  for (const killAfter of [1, 4, 9]) {
    const { child, url } = first;
    const double = await connectDouble(url, identity);
    if ('status' in double) throw new Error(`refused with ${double.status}`);
    const { salt } = await double.hello();
    await double.acked(double.begin(randomUUID()));
    // Sends everything unacknowledged again, as an agent does; twelve batches are on the wire when the relay dies.
    sent = acknowledged;
    for (let at = 0; at < 12; at++) {
      double.batch(
        students,
        Array.from({ length: perBatch }, () => ({ id: String(sent++), grade: '9' })),
      );
    }
    let acks = 0;
    for (; acks < killAfter; acks++) await double.next('ack');
    child.kill('SIGKILL');
    await Promise.all([once(child, 'exit'), double.closed]);
    // Acks that were already on the wire count too.
    acknowledged += (acks + double.pending('ack')) * perBatch;

    const store = await openStore(storeFile(home));
    const { rows, kept, settled } = await store.withTenant(tenant.id, async (scope) => ({
      rows: await readRecords(scope, 'student'),
      kept: await digests(scope),
      settled: await isSettled(scope),
    }));
    await store.close();
    const ids = new Set(rows.map((row) => row.id));
    const missing = Array.from({ length: acknowledged }, (_, at) => String(at)).filter((id) => !ids.has(id));
    t.same(missing, [], `${acknowledged} acknowledged records are there`);
    t.same(kept, [{ ...students, digest: digestToText(digestOf(rows.map((row) => recordHash(salt, row)))) }]);
    t.equal(settled, false, 'and nothing is provisioned from half a cycle');
    first = await serve(home);
  }

  const double = await connectDouble(first.url, identity);
  if ('status' in double) throw new Error(`refused with ${double.status}`);
  const { salt } = await double.hello();
  t.same((await double.next('repair')).buckets, [students], 'the agent learns which cycle was interrupted');
  const cycle = randomUUID();
  double.begin(cycle);
  for (let at = acknowledged; at < sent; at += perBatch) {
    double.batch(
      students,
      Array.from({ length: perBatch }, (_, next) => ({ id: String(at + next), grade: '9' })),
    );
  }
  const all = Array.from(
    { length: sent },
    (_, id) => ({ kind: 'student', schoolId: '12', id: String(id), grade: '9' }) as const,
  );
  const digest = digestToText(digestOf(all.map((record) => recordHash(salt, record))));
  await double.acked(double.commit(cycle, [{ ...students, digest }]));
  t.equal(double.pending('repair'), 0, 'resent from the last acknowledgment, it is complete');
  await double.close();
  first.child.kill('SIGTERM');
  const [exitCode] = await once(first.child, 'exit');
  t.equal(exitCode, 0, 'shuts down cleanly when asked to');
});
