/** Agents that are enrolled and mean no good, on real sockets. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { closeCodes } from '../../shared/link.ts';
import { connectDouble } from '../testing/agent-double.ts';
import { addAgent, connected, setUp } from '../testing/relay-double.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

for (const [what, frame, code] of [
  ['brackets within brackets', gzipSync(nested(500_000)), 'FRAME_TOO_COMPLEX'],
  ['objects within objects', gzipSync('{"a":'.repeat(300_000)), 'FRAME_TOO_COMPLEX'],
  ['millions of values', gzipSync(`[${'0,'.repeat(3_000_000)}0]`), 'FRAME_TOO_COMPLEX'],
  ['millions of empty objects', gzipSync(`[${'{},'.repeat(2_000_000)}{}]`), 'FRAME_TOO_COMPLEX'],
  ['a gigabyte in a megabyte', gzipSync(Buffer.alloc(64 << 20)), 'FRAME_TOO_LARGE'],
  ['several gzip members', Buffer.concat(Array(20).fill(gzipSync(Buffer.alloc(1 << 20)))), 'FRAME_TOO_LARGE'],
] as const) {
  t.test(`${what}: refused before it is parsed, and ended when it goes on`, async (t) => {
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

t.test('a flood of pings is ended, also of a peer that reads no answer', async (t) => {
  const { relay, agent } = await setUp(t);
  const bad = await connected(relay, agent);
  await bad.hello();
  for (let at = 0; at < 2000; at++) bad.socket.ping();
  t.equal((await bad.next('error')).code, 'LINK_LIMIT_EXCEEDED');
  t.equal(await bad.closed, closeCodes.protocol);
});

t.test('messages in a thousand fragments are not put together', async (t) => {
  const { relay, agent } = await setUp(t);
  const bad = await connected(relay, agent);
  for (let at = 0; at < 2000; at++) bad.socket.send('x', { fin: false });
  t.equal(await bad.closed, 1008);
});

t.test('twenty thousand small messages at once do not keep the others waiting', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const good = await connected(relay, await addAgent(relay, tenant.id));
  await good.hello();
  const busy = await connected(relay, agent);
  await busy.hello();
  for (let at = 0; at < 20_000; at++)
    busy.send({ type: 'manifest.get', bucket: { kind: 'term', schoolId: String(at) } });
  await busy.next('manifest');
  // Counted in answers and not in time: while the good agent is served, the busy one gets few of its own.
  for (let at = 0; at < 20; at++) await good.acked(good.begin(randomUUID()));
  t.ok(busy.pending('manifest') < 10_000, `${busy.pending('manifest')} of 20,000 answers came before 20 others`);
  busy.socket.terminate();
});
