import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { Clock } from '../../../shared/clock.ts';
import { digestOf, recordHash } from '../../../shared/digest.ts';
import { fromWire } from '../../../shared/frames.ts';
import { closeCodes, limits } from '../../../shared/link.ts';
import type { Bucket } from '../../../shared/roster.ts';
import { listAgents, revokeAgent } from '../../store/agents/agents.ts';
import { setProfile } from '../../store/profiles/profiles.ts';
import { changedSince, isSettled, readRecords } from '../../store/roster/mirror.ts';
import { connectDouble, named } from '../../testing/agent-double.ts';
import {
  addAgent,
  addTenant,
  addTenantTo,
  connected,
  setUp,
  startTestRelay,
  testProfile,
} from '../../testing/relay-double.ts';

const terms: Bucket = { kind: 'term', schoolId: '12' };
const term = (id: string) => ({ id, name: 'Year', yearId: '36', startDate: '2026-08-20', endDate: '2027-06-10' });

/** A clock whose pauses end when the test says so. */
function handClock(): Clock & { tick(): void } {
  let wake = Promise.withResolvers<void>();
  return {
    now: () => Date.now(),
    sleep: async (_ms, signal) => {
      const aborted = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      await Promise.race([wake.promise, aborted]);
    },
    tick: () => {
      wake.resolve();
      wake = Promise.withResolvers();
    },
  };
}

t.test('welcome says which fields the profile wants, and what the mirror has', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const nothing = await (await connected(relay, agent)).hello();
  t.same(nothing.wanted, { schools: [], fields: {} }, 'without a profile, nothing is wanted');
  await relay.store.withTenant(tenant.id, (scope) => setProfile(scope, testProfile, new Date()));
  const welcome = await (await connected(relay, agent)).hello({ agentVersion: '7.7.7' });
  t.match(welcome, { tenantName: 'contoso schools', schedule: { cycleSeconds: 60 }, buckets: [] });
  t.same(welcome.wanted, {
    schools: null,
    fields: { student: ['grade', 'studentNumber'], teacher: ['givenName', 'surname', 'username'] },
  });
  t.match(await relay.store.withTenant(tenant.id, listAgents), [{ version: '7.7.7', lastSeenAt: String }]);
});

t.test('a cycle is acknowledged only when it can be read back, and committed', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { profile: testProfile });
  const double = await connected(relay, agent);
  const { salt, credit } = await double.hello();
  const cycle = randomUUID();
  await double.acked(double.begin(cycle));
  const records = Array.from({ length: 500 }, (_, at) => term(String(at)));
  const sent = [];
  for (let at = 0; at < credit; at++) sent.push(double.batch(terms, records.slice(at * 50, at * 50 + 50)));
  for (const [at, seq] of sent.entries()) {
    await double.acked(seq);
    const rows = await relay.store.withTenant(tenant.id, (scope) => readRecords(scope, 'term'));
    t.ok(rows.length >= (at + 1) * 50, `${rows.length} rows at ack ${seq}`);
  }
  t.equal(await relay.store.withTenant(tenant.id, isSettled), false);
  t.same(relay.woken, []);
  const digest = digestOf(records.slice(0, credit * 50).map((fields) => recordHash(salt, fromWire(terms, fields))));
  await double.acked(double.commit(cycle, [named(terms, digest)]));
  t.equal(await relay.store.withTenant(tenant.id, isSettled), true);
  t.same(relay.woken, [tenant.id]);
  t.match(
    relay.events().find((line) => line.event === 'roster.committed'),
    {
      tenant: 'contoso',
      records: credit * 50,
      changed: credit * 50,
      seconds: Number,
    },
  );
  t.equal(double.pending('repair'), 0);

  double.send({ type: 'manifest.get', bucket: terms });
  const manifest = await double.next('manifest');
  t.equal(manifest.entries.length, credit * 50);
  t.equal(manifest.last, true);
  t.same((await (await connected(relay, agent)).hello()).buckets, [named(terms, digest)]);
});

t.test('different digests are repaired before anything is provisioned', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { profile: testProfile });
  const double = await connected(relay, agent);
  const { salt } = await double.hello();
  const cycle = randomUUID();
  double.begin(cycle);
  double.batch(terms, [term('1')]);
  const seq = double.commit(cycle, [named(terms, digestOf(['ab'.repeat(16)]))]);
  t.same((await double.next('repair')).buckets, [terms]);
  await double.acked(seq);
  t.same(relay.woken, []);

  const again = randomUUID();
  double.begin(again);
  const digest = digestOf([recordHash(salt, fromWire(terms, term('1')))]);
  await double.acked(double.commit(again, [named(terms, digest)]));
  t.same(relay.woken, [tenant.id]);
});

t.test('an interrupted cycle is compared after the reconnect', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { profile: testProfile });
  const first = await connected(relay, agent);
  const { salt } = await first.hello();
  const digest = digestOf([recordHash(salt, fromWire(terms, term('1')))]);
  const done = randomUUID();
  first.begin(done);
  first.batch(terms, [term('1')]);
  await first.acked(first.commit(done, [named(terms, digest)]));
  first.begin(randomUUID());
  await first.acked(first.batch({ kind: 'student', schoolId: '12' }, [{ id: '5' }]));
  first.socket.terminate();

  const second = await connected(relay, agent);
  await second.hello();
  t.same((await second.next('repair')).buckets, [{ kind: 'student', schoolId: '12' }]);
  t.equal(await relay.store.withTenant(tenant.id, isSettled), false);
});

t.test('an invalid frame gets an error and applies nothing, and the connection continues', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { profile: testProfile });
  const double = await connected(relay, agent);
  await double.hello();
  double.begin(randomUUID());
  const bad: [string | Buffer, string][] = [
    ['{"type":"batch"', 'FRAME_MALFORMED'],
    ['[]', 'FRAME_MALFORMED'],
    ['{"type":"batch","seq":2,"bucket":{"kind":"pet","schoolId":"1"},"upserts":[],"deletes":[]}', 'FRAME_MALFORMED'],
    [Buffer.from('not gzip'), 'FRAME_MALFORMED'],
    ['{"type":"surprise"}', 'MESSAGE_UNKNOWN'],
  ];
  for (const [frame, code] of bad) {
    double.socket.send(frame);
    t.equal((await double.next('error')).code, code, String(frame));
  }
  double.batch(terms, [term('1'), { id: '2', name: 'no dates' }]);
  t.match(await double.next('error'), { code: 'FRAME_MALFORMED', message: /yearId|startDate/ });
  t.same(await relay.store.withTenant(tenant.id, (scope) => changedSince(scope, 0)), []);
  // Its sequence number is still free.
  await double.acked(double.batch(terms, [term('3')], [], 2));
  await double.acked(double.batch(terms, [term('4')], [], 2));
  const rows = await relay.store.withTenant(tenant.id, (scope) => readRecords(scope, 'term'));
  t.match(rows, [{ id: '3' }], 'number 2 again is acknowledged and changes nothing');
  t.equal(rows.length, 1);
});

t.test('a gap in the sequence numbers ends the connection, so both sides compare', async (t) => {
  const { relay, agent } = await setUp(t);
  const double = await connected(relay, agent);
  await double.hello();
  double.begin(randomUUID());
  double.batch(terms, [term('1')], [], 3);
  t.equal((await double.next('error')).code, 'LINK_OUT_OF_ORDER');
  t.equal(await double.closed, closeCodes.protocol);
});

t.test('a frame over the limit ends the connection before it is read', async (t) => {
  const { relay, agent } = await setUp(t);
  const double = await connected(relay, agent);
  await double.hello();
  double.socket.send('x'.repeat(limits.maxFrameBytes + 1));
  t.equal(await double.closed, 1009);
});

t.test('an agent with another protocol version gets an error and is disconnected', async (t) => {
  const { relay, agent } = await setUp(t);
  const double = await connected(relay, agent);
  const welcome = double.hello({ protocol: 99 });
  t.equal((await double.next('error')).code, 'PROTOCOL_UNSUPPORTED');
  t.equal(await double.closed, closeCodes.version);
  await t.rejects(welcome);
});

t.test('one connection per agent, one cycle per district', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { profile: testProfile });
  const first = await connected(relay, agent);
  await first.hello();
  const second = await connected(relay, agent);
  t.equal(await first.closed, closeCodes.replaced);
  await second.hello();
  await second.acked(second.begin(randomUUID()));

  const colleague = await connected(relay, await addAgent(relay, tenant.id));
  await colleague.hello();
  await colleague.acked(colleague.begin(randomUUID()));
  second.batch(terms, [term('1')]);
  t.equal((await second.next('error')).code, 'LINK_OUT_OF_ORDER');
  t.equal(await second.closed, closeCodes.protocol);
  await colleague.acked(colleague.batch(terms, [term('2')]));
  t.equal(relay.connected(), 1);
});

t.test('revoking disconnects an agent', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const double = await connected(relay, agent);
  await double.hello();
  await relay.store.withTenant(tenant.id, (scope) => revokeAgent(scope, agent.agentId, new Date()));
  t.equal(await double.closed, closeCodes.revoked);
});

t.test("commands reach only the tenant's own agents, and a new profile makes them reconnect", async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const other = await addTenant(relay, 'fabrikam');
  const stranger = await connected(relay, await addAgent(relay, other.id));
  await stranger.hello();
  const double = await connected(relay, agent);
  await double.hello();
  t.equal(relay.command(tenant.id, 'sync'), 1);
  t.equal((await double.next('command')).name, 'sync');
  await relay.store.withTenant(tenant.id, (scope) => setProfile(scope, testProfile, new Date()));
  t.equal((await double.next('command')).name, 'settings');
  t.same(relay.woken, [tenant.id]);
  t.equal(stranger.pending('command'), 0);
});

t.test('a dead connection is found within two pings; one that only answers pings stays', async (t) => {
  const clock = handClock();
  const { relay, tenant, agent } = await setUp(t, { clock });
  const dead = await connected(relay, agent, false);
  await dead.hello();
  const alive = await connected(relay, await addAgent(relay, tenant.id));
  await alive.hello();
  const mute = await connected(relay, await addAgent(relay, tenant.id));
  const pinged = () => new Promise((resolve) => alive.socket.once('ping', resolve));
  for (let tick = 0; tick < 3; tick++) {
    const ping = pinged();
    clock.tick();
    await ping;
    // The pong precedes this message on the same connection, so the relay has it when it answers.
    alive.send({ type: 'manifest.get', bucket: terms });
    await alive.next('manifest');
  }
  t.equal(await dead.closed, 1006);
  t.equal(await mute.closed, closeCodes.protocol, 'and a connection that never said hello');
  t.equal(relay.connected(), 1);
  // With this clock, the grace period of the shutdown would never end.
  await alive.close();
});

t.test(
  'a shutdown refuses new agents, tells the others when to come back, and finishes the work in progress',
  async (t) => {
    const tenant = await addTenantTo(t.testdir(), 'contoso', testProfile);
    const relay = await startTestRelay(t.testdirName);
    const agent = await addAgent(relay, tenant.id);
    const double = await connected(relay, agent);
    await double.hello();
    double.begin(randomUUID());
    await double.acked(double.batch(terms, [term('1')]));
    const closing = relay.close();
    t.match(await double.next('drain'), { reconnectAfterMs: Number });
    t.equal(await double.closed, 1001);
    await closing;
    await t.rejects(connectDouble(relay.url, agent), { code: 'ECONNREFUSED' });
    const again = await startTestRelay(t.testdirName);
    t.teardown(() => again.close());
    t.equal((await again.store.withTenant(tenant.id, (scope) => readRecords(scope, 'term'))).length, 1);
  },
);

t.test('a shutdown waits for an agent in the middle of a cycle', async (t) => {
  const tenant = await addTenantTo(t.testdir(), 'contoso', testProfile);
  const relay = await startTestRelay(t.testdirName, { drainMs: 60_000 });
  const double = await connected(relay, await addAgent(relay, tenant.id));
  const { salt } = await double.hello();
  const cycle = randomUUID();
  await double.acked(double.begin(cycle));
  const closing = relay.close();
  await double.next('drain');
  double.batch(terms, [term('1')]);
  const digest = digestOf([recordHash(salt, fromWire(terms, term('1')))]);
  await double.acked(double.commit(cycle, [named(terms, digest)]));
  t.same(relay.woken, [tenant.id]);
  await double.close();
  await closing;
});
