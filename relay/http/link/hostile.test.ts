/** Malicious enrolled agents, on real sockets. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { closeCodes, limits } from '../../../shared/link.ts';
import { readRecords } from '../../store/roster/mirror.ts';
import { connectDouble } from '../../testing/agent-double.ts';
import { addAgent, addTenant, connected, setUp } from '../../testing/relay-double.ts';

const schools = { kind: 'school', schoolId: 'district' } as const;
const school = (id: number | string, name = 'School') => ({ id: String(id), name, schoolNumber: '1' });
const manySchools = (from = 0) => Array.from({ length: limits.maxBatchRecords }, (_, at) => school(from + at));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

for (const [what, frame, code] of [
  ['brackets within brackets', gzipSync(nested(500_000)), 'FRAME_TOO_COMPLEX'],
  ['objects within objects', gzipSync('{"a":'.repeat(200_000)), 'FRAME_TOO_COMPLEX'],
  ['millions of values', gzipSync(`{"type":"hello","buckets":[${'0,'.repeat(3_000_000)}0]}`), 'FRAME_TOO_COMPLEX'],
  [
    'millions of empty objects',
    gzipSync(`{"type":"hello","buckets":[${'{},'.repeat(2_000_000)}{}]}`),
    'FRAME_TOO_COMPLEX',
  ],
  ['a gigabyte in a megabyte', gzipSync(Buffer.alloc(64 << 20)), 'FRAME_TOO_LARGE'],
  ['several gzip members', Buffer.concat(Array(20).fill(gzipSync(Buffer.alloc(1 << 20)))), 'FRAME_TOO_LARGE'],
] as const) {
  t.test(`${what}: refused before it is parsed, and disconnected if it continues`, async (t) => {
    const { relay, tenant, agent } = await setUp(t);
    const good = await connected(relay, await addAgent(relay, tenant.id));
    await good.hello();
    const bad = await connected(relay, agent);
    await bad.hello();
    bad.socket.send(frame, { binary: true });
    t.equal((await bad.next('error')).code, code);
    for (let at = 0; at < 20; at++) bad.socket.send(frame, { binary: true });
    for (let last = ''; last !== 'LINK_LIMIT_EXCEEDED'; ) last = (await bad.next('error')).code;
    t.equal(await bad.closed, closeCodes.protocol);
    t.match(await connectDouble(relay.url, agent), { status: 429, code: 'LINK_LIMIT_EXCEEDED', retryAfter: '10' });
    await good.acked(good.begin(randomUUID()));
    t.match(
      relay.events().filter(({ event }) => event === 'agent.ended'),
      [{ code: 'LINK_LIMIT_EXCEEDED', agent: agent.agentId }],
    );
  });
}

t.test('a flood of pings is cut off, also if the peer reads no answer', async (t) => {
  const { relay, agent } = await setUp(t);
  const bad = await connected(relay, agent);
  await bad.hello();
  for (let at = 0; at < 2000; at++) bad.socket.ping();
  t.equal((await bad.next('error')).code, 'LINK_LIMIT_EXCEEDED');
  t.equal(await bad.closed, closeCodes.protocol);
});

t.test('messages in a thousand fragments are not assembled', async (t) => {
  const { relay, agent } = await setUp(t);
  const bad = await connected(relay, agent);
  for (let at = 0; at < 2000; at++) bad.socket.send('x', { fin: false });
  t.equal(await bad.closed, 1008);
});

t.test('twenty thousand small messages at once do not delay the others', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const good = await connected(relay, await addAgent(relay, tenant.id));
  await good.hello();
  const busy = await connected(relay, agent);
  await busy.hello();
  for (let at = 0; at < 20_000; at++)
    busy.send({ type: 'manifest.get', bucket: { kind: 'term', schoolId: String(at) } });
  await busy.next('manifest');
  // Measured in answers and not in time: while the good agent is served, the busy one gets only a few answers.
  for (let at = 0; at < 20; at++) await good.acked(good.begin(randomUUID()));
  t.ok(busy.pending('manifest') < 10_000, `${busy.pending('manifest')} of 20,000 answers came before 20 others`);
  busy.socket.terminate();
});

t.test('full batches at once do not delay the others', async (t) => {
  const { relay, agent } = await setUp(t);
  const other = await addTenant(relay, 'fabrikam');
  const good = await connected(relay, await addAgent(relay, other.id));
  await good.hello();
  const busy = await connected(relay, agent);
  await busy.hello();
  await busy.acked(busy.begin(randomUUID()));
  for (let at = 0; at < 30; at++) busy.batch(schools, manySchools(at));
  await busy.next('ack');
  // Measured in answers and not in time: without turns, each answer to the good agent would take a whole batch.
  for (let at = 0; at < 20; at++) await good.acked(good.begin(randomUUID()));
  t.ok(busy.pending('ack') < 18, `${busy.pending('ack')} of 29 batches came before 20 answers to another`);
});

t.test("a full batch is checked as a whole, and stored in parts with other agents' turns in between", async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const other = await addTenant(relay, 'fabrikam');
  const good = await connected(relay, await addAgent(relay, other.id));
  await good.hello();
  const bad = await connected(relay, agent);
  await bad.hello();
  await bad.acked(bad.begin(randomUUID()));
  const stored = () => relay.store.withTenant(tenant.id, (scope) => readRecords(scope, 'school'));
  const seq = bad.batch(schools, [...manySchools().slice(1), school('')]);
  bad.batch(schools, manySchools(5000), [], seq);
  const seen = new Set<number>();
  for (let acked = false; !acked; acked = bad.pending('ack') > 0) {
    await good.acked(good.begin(randomUUID()));
    seen.add((await stored()).length);
  }
  t.equal((await bad.next('error')).code, 'FRAME_MALFORMED');
  seen.add((await stored()).length);
  // Stored in parts before the acknowledgment: an open cycle is not provisioned.
  t.same(
    [...seen].filter((count) => count % 250 !== 0),
    [],
  );
  t.ok(seen.has(limits.maxBatchRecords));
  t.same(
    (await stored()).map(({ id }) => Number(id)).filter((id) => id < 5000),
    [],
  );
});

t.test('a batch longer than any agent makes is refused, and the next one accepted', async (t) => {
  const { relay, agent } = await setUp(t);
  const bad = await connected(relay, agent);
  await bad.hello();
  await bad.acked(bad.begin(randomUUID()));
  const seq = bad.batch(
    schools,
    Array.from({ length: 2000 }, (_, at) => school(at, 'n'.repeat(600))),
  );
  t.match(await bad.next('error'), { code: 'FRAME_TOO_LARGE', message: new RegExp(`${limits.maxOtherMessageBytes}`) });
  await bad.acked(
    bad.batch(
      schools,
      Array.from({ length: 2000 }, (_, at) => school(at, 'n'.repeat(400))),
      [],
      seq,
    ),
  );
});

t.test('large unknown fields of a message are skipped, because a later version may send more', async (t) => {
  const { relay, agent } = await setUp(t);
  const double = await connected(relay, agent);
  await double.hello();
  const more = `"later":[${'[[]],'.repeat(60_000)}0]`;
  const frame = gzipSync(`{"type":"manifest.get","bucket":${JSON.stringify(schools)},${more}}`);
  for (let at = 0; at < 20; at++) double.socket.send(frame, { binary: true });
  for (let at = 0; at < 20; at++) t.same((await double.next('manifest')).entries, []);
});

t.test('a peer that reads nothing delays nobody, and is disconnected', async (t) => {
  const { relay, agent } = await setUp(t, { pingMs: 200 });
  const other = await addTenant(relay, 'fabrikam');
  const good = await connected(relay, await addAgent(relay, other.id));
  await good.hello();
  const bad = await connected(relay, agent);
  await bad.hello();
  bad.begin(randomUUID());
  for (let at = 0; at < 4; at++) bad.batch(schools, manySchools(at * 2000));
  await bad.acked(bad.batch(schools, manySchools(8000)));
  bad.socket.pause();
  // Long enough that each of them needs the room for long messages.
  const frame = `{"type":"manifest.get","bucket":${JSON.stringify(schools)},"more":"${'x'.repeat(100_000)}"}`;
  for (let at = 0; at < 200; at++) bad.socket.send(frame);
  await good.acked(good.begin(randomUUID()));
  // A good agent gets its answers meanwhile.
  for (let at = 0; relay.connected() > 1; at++) {
    await good.acked(good.batch(schools, manySchools(at)));
    await once(good.socket, 'ping');
  }
  t.equal(relay.connected(), 1);
  bad.socket.terminate();
});
