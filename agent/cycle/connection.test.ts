/** The running agent and its connection to the relay on real sockets: lost, closed, misunderstood, and reopened. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { systemClock } from '../../shared/clock.ts';
import { person } from '../testing/district.ts';
import { inStep, openDistrict } from '../testing/in-step.ts';

t.test('a running agent reconnects, follows commands, and stops in good order', async (t) => {
  const district = await openDistrict(t);
  const stop = new AbortController();
  const { agent, events } = await district.bench.agent(stop.signal);
  const first = district.relay.next('status');
  const running = agent.run();
  await first;

  const again = district.relay.next('hello');
  district.relay.send({ type: 'command', id: 'b1a0e0a4-4d6c-4f3e-9a77-0a4c7a3b2c11', name: 'settings' });
  await again;
  t.match(district.relay.said('result'), [{ ok: true }]);

  const drained = district.relay.next('hello');
  district.relay.send({ type: 'drain', reconnectAfterMs: 0 });
  await drained;
  t.equal(district.relay.connections, 3);

  const complained = district.relay.next('error');
  district.relay.sendRaw('{"type":"tea"}');
  t.match(await complained, { code: 'MESSAGE_UNKNOWN' });
  const malformed = district.relay.next('error');
  district.relay.sendRaw(Buffer.from('not gzip'));
  t.match(await malformed, { code: 'FRAME_MALFORMED' });
  t.equal(district.relay.connections, 3, 'an unreadable message does not close the connection');

  stop.abort();
  await running;
  t.match(events.at(-1), { event: 'agent.stopped', totalUpserts: 110 });
});

t.test('a cycle that ends early leaves nothing of itself for the next one', async (t) => {
  const district = await openDistrict(t);
  const stop = new AbortController();
  const { agent } = await district.bench.agent(stop.signal);
  // PowerSchool becomes unavailable in the middle of the cycle, while earlier buckets are on their way to the relay.
  district.powerschool.fault = ({ query, binds }) =>
    query === 'student' && binds.school === '2' ? { status: 302, body: '' } : undefined;
  const failed = district.relay.next('status');
  const running = agent.run();
  t.match(await failed, { state: 'problem', problem: { code: 'POWERSCHOOL_MAINTENANCE' } });
  const acknowledged = district.relay.mirror.get('student:1')?.size;
  t.equal(acknowledged, 25, 'acknowledges what was read');

  district.powerschool.fault = () => undefined;
  const result = district.relay.next('result');
  const batches = district.relay.said('batch').length;
  district.relay.send({ type: 'command', id: '0c7d0f52-20b4-4f41-9e0e-2d3f0f6c1a11', name: 'sync' });
  t.match(await result, { ok: true });
  t.ok(
    district.relay
      .said('batch')
      .slice(batches)
      .every(({ bucket }) => bucket.schoolId === '2' || bucket.kind !== 'student'),
  );
  stop.abort();
  await running;
  inStep(t, district);
});

t.test('stops for good when it is revoked or too old', async (t) => {
  for (const [how, code] of [
    ['revoked', 'AGENT_UNKNOWN'],
    ['version', 'PROTOCOL_UNSUPPORTED'],
  ] as const) {
    const district = await openDistrict(t, 1);
    const { agent } = await district.bench.agent(new AbortController().signal);
    const first = district.relay.next('status');
    const running = agent.run();
    await first;
    district.relay.closeAll(how);
    await t.rejects(running, { code });
    t.equal(district.relay.connections, 1);
  }
});

t.test('gives up on a relay that stops acknowledging, and finishes the work on the next connection', async (t) => {
  const district = await openDistrict(t, 3);
  let now = Date.now();
  district.relay.fault = ({ type }) => {
    if (district.relay.connections > 1 || (type !== 'batch' && type !== 'cycle.commit')) return undefined;
    // The clock advances only here, so that a busy machine does not look like a relay that has stopped.
    now += 10;
    return 'swallow';
  };
  const stop = new AbortController();
  const { agent, events } = await district.bench.agent(stop.signal, {
    clock: { now: () => now, sleep: (ms, signal) => systemClock.sleep(ms, signal) },
    liveness: { pingMs: 400, progressMs: 10 },
  });
  const status = once(stop.signal, 'abort');
  void district.relay.next('status').then(() => stop.abort());
  await Promise.all([agent.run(), status]);
  t.match(
    events.find(({ event }) => event === 'link.lost'),
    { code: 'LINK_LOST', message: /no longer acknowledges/ },
  );
  t.equal(district.relay.connections, 2);
  inStep(t, district);
});

const settings = { type: 'command', id: 'b1a0e0a4-4d6c-4f3e-9a77-0a4c7a3b2c11', name: 'settings' } as const;

t.test('a change of profiles in mid-cycle costs the connection but not a pending command', async (t) => {
  const once = await openDistrict(t, 3);
  const change = (district: typeof once, at: number) => {
    district.relay.fault = ({ type }) => {
      if (district.relay.connections !== at || type !== 'batch') return undefined;
      district.relay.send(settings);
      return 'swallow';
    };
  };
  change(once, 1);
  await once.bench.sync();
  t.equal(once.relay.connections, 2);
  inStep(t, once);

  const district = await openDistrict(t, 3);
  const stop = new AbortController();
  const { agent } = await district.bench.agent(stop.signal);
  const first = district.relay.next('status');
  const running = agent.run();
  await first;
  change(district, 1);
  district.powerschool.set('student:1', [person('1000', 'student')]);
  const id = '0c7d0f52-20b4-4f41-9e0e-2d3f0f6c1a12';
  const result = district.relay.next('result');
  district.relay.send({ type: 'command', id, name: 'sync' });
  t.match(await result, { id: settings.id, ok: true });
  t.match(await district.relay.next('result'), { id, ok: true }, 'the next session carries out the command');
  t.equal(district.relay.connections, 2);
  stop.abort();
  await running;
  inStep(t, district);
});

t.test('has stored its connection state by the time it has stopped', async (t) => {
  const district = await openDistrict(t, 1);
  district.relay.refuse = { status: 401, body: { code: 'AGENT_UNKNOWN' } };
  const { agent, parts } = await district.bench.agent(new AbortController().signal);
  await t.rejects(agent.syncOnce(new Set()), { code: 'AGENT_UNKNOWN' });
  const stored = JSON.parse(await readFile(parts.state.paths.link, 'utf8'));
  t.match(stored, { connected: false, problem: { code: 'AGENT_UNKNOWN' } });
});
