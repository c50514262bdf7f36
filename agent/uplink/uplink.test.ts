/** The connection on real sockets: refusals, unreachable and untrusted relays, enrollment. */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import type { HallpassError } from '../../shared/errors.ts';
import { Meter } from '../model/meter.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { enroll } from './enroll.ts';
import { type Identity, newPrivateKey } from './identity.ts';
import type { SocketEnd } from './socket.ts';
import { Uplink } from './uplink.ts';

async function identity(relay: URL): Promise<Identity> {
  return {
    agentId: '3f1f0f4e-7a5d-4a57-9a34-5f0f5d8a7c11',
    tenantId: 'c2b0d6a8-1c7e-4f0b-8f6e-0d9a6f1b2c33',
    tenantName: 'Test',
    relay: relay.href,
    privateKey: await newPrivateKey(),
  };
}

interface Attempt {
  relay: URL;
  ca?: string[];
  identity?: Identity;
  persistent?: boolean;
  slept?: number[];
}

/** Connects and returns the first end. */
async function firstEnd(t: Test, attempt: Attempt): Promise<SocketEnd> {
  const { promise, resolve } = Promise.withResolvers<SocketEnd>();
  const uplink = new Uplink({
    relay: attempt.relay,
    identity: attempt.identity ?? (await identity(attempt.relay)),
    ca: attempt.ca ?? [],
    hello: () => ({
      ...{ type: 'hello', protocol: 1, agentVersion: '0', capabilities: [], buckets: [] },
      source: { kind: 'powerquery' },
    }),
    listener: { opened() {}, ended: resolve, command() {}, draining() {}, throttled() {}, errorReported() {} },
    meter: new Meter(),
    clock: {
      now: systemClock.now,
      sleep: async (ms, signal) => {
        attempt.slept?.push(ms);
        await once(signal ?? new AbortController().signal, 'abort');
        throw signal?.reason;
      },
    },
    random: () => 0.5,
    persistent: attempt.persistent ?? true,
  });
  t.teardown(() => uplink.close());
  uplink.session().catch(() => undefined);
  return promise;
}

async function openRelay(t: Test): Promise<{ relay: RelayDouble; url: URL }> {
  const relay = new RelayDouble();
  const url = await relay.open();
  t.teardown(() => relay.close());
  return { relay, url };
}

t.test('reports why an upgrade was refused, and waits at least as long as Retry-After says', async (t) => {
  const { relay, url } = await openRelay(t);
  relay.refuse = { status: 503, headers: { 'retry-after': '7' } };
  const slept: number[] = [];
  t.match(await firstEnd(t, { relay: url, slept }), { final: false, error: { code: 'RELAY_REFUSED' } });
  t.same(slept, [7000]);

  relay.refuse = { status: 403 };
  t.match(
    await firstEnd(t, { relay: url }),
    { final: false, error: { code: 'RELAY_REFUSED' } },
    'possibly from a proxy',
  );
  relay.refuse = { status: 403, body: { code: 'AGENT_UNKNOWN' } };
  t.match(await firstEnd(t, { relay: url }), { final: true, error: { code: 'AGENT_UNKNOWN' } });
  relay.refuse = { status: 426 };
  t.match(await firstEnd(t, { relay: url }), { final: true, error: { code: 'PROTOCOL_UNSUPPORTED' } });
  relay.refuse = {
    status: 401,
    body: {
      code: 'AGENT_TOKEN_INVALID',
      message: "The relay refused the agent's token at the upgrade: it has expired.",
    },
  };
  t.match(await firstEnd(t, { relay: url }), {
    final: false,
    error: {
      code: 'AGENT_TOKEN_INVALID',
      message: "The relay refused the agent's token at the upgrade: it has expired.",
    },
  });
  relay.refuse = undefined;
  t.match(await firstEnd(t, { relay: url }), { final: true, error: { code: 'AGENT_UNKNOWN' } }, 'a key it never saw');
});

t.test('the service retries when no relay answers, a command fails at once', async (t) => {
  const tcp = createTcpServer((socket) => socket.resume().end('SSH-2.0-nothing\r\n')).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const relay = new URL(`http://127.0.0.1:${(tcp.address() as AddressInfo).port}`);
  t.match(await firstEnd(t, { relay }), { final: false, error: { code: 'RELAY_UNREACHABLE' } });
  tcp.close();
  await once(tcp, 'close');
  t.match(await firstEnd(t, { relay, persistent: false }), { final: true, error: { code: 'RELAY_UNREACHABLE' } });
});

t.test("reports a wrong clock once and corrects it by the relay's", async (t) => {
  const { relay, url } = await openRelay(t);
  const enrolled = await enroll({ relay: url, ca: [], code: relay.code, name: 'test' });
  for (const [offMs, expected] of [
    [45_000, [-45]],
    [-20 * 60_000, [1200]],
    [10_000, []],
  ] as const) {
    for (const persistent of [true, false]) {
      const heard: number[] = [];
      const uplink = new Uplink({
        ...{ relay: url, identity: enrolled, ca: [], meter: new Meter(), random: () => 0, persistent },
        hello: () => ({
          ...{ type: 'hello', protocol: 1, agentVersion: '0', capabilities: [], buckets: [] },
          source: { kind: 'powerquery' },
        }),
        listener: {
          ...{ opened() {}, ended() {}, command() {}, draining() {}, throttled() {}, errorReported() {} },
          clockCorrected: (ms) => heard.push(Math.round(ms / 5000) * 5),
        },
        clock: { now: () => Date.now() + offMs, sleep: async () => undefined },
      });
      await t.resolves(uplink.session(), `${offMs} ms, persistent ${persistent}`);
      uplink.close();
      t.same(heard, expected);
    }
  }
  const uplink = new Uplink({
    ...{ relay: url, identity: enrolled, ca: [], meter: new Meter(), random: () => 0, persistent: false },
    hello: () => {
      throw new TypeError('nobody gets in');
    },
    listener: { opened() {}, ended() {}, command() {}, draining() {}, throttled() {}, errorReported() {} },
    clock: { now: () => Date.now() + 3 * 86_400_000, sleep: async () => undefined },
  });
  await t.rejects(uplink.session(), { code: 'AGENT_TOKEN_INVALID' }, 'does not correct days');
});

t.test('verifies TLS: trusts only the given authority', async (t) => {
  const authority = await createAuthority();
  const server = createServer(await authority.issue(['localhost', '127.0.0.1']), (_, response) =>
    response.writeHead(404).end(),
  );
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const relay = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.match(await firstEnd(t, { relay }), { error: { code: 'RELAY_TLS_UNTRUSTED' } });
  t.match(await firstEnd(t, { relay, ca: [authority.ca] }), { error: { code: 'RELAY_REFUSED' } });
  const request = { relay, code: 'ABCD-EFGH', name: 'test' };
  await t.rejects(enroll({ ...request, ca: [] }), { code: 'RELAY_TLS_UNTRUSTED' });
  await t.rejects(enroll({ ...request, ca: [authority.ca] }), { code: 'RELAY_INTERCEPTED', message: /status 404/ });
});

t.test('enrollment creates a key here and reveals only its public half', async (t) => {
  const { relay, url } = await openRelay(t);
  const made = await enroll({ relay: url, ca: [], code: relay.code, name: 'test' });
  t.match(made, { tenantId: relay.tenantId, relay: url.href, privateKey: { kty: 'OKP', crv: 'Ed25519' } });
  for (const code of ['WRONG-CODE', 'short']) {
    const error = await enroll({ relay: url, ca: [], code, name: 'test' }).catch((thrown: HallpassError) => thrown);
    t.match(error, { code: 'ENROLLMENT_CODE_INVALID' });
  }
  await relay.close().catch(() => undefined);
  relay.close = async () => undefined;
  await t.rejects(enroll({ relay: url, ca: [], code: relay.code, name: 'test' }), { code: 'RELAY_UNREACHABLE' });
});
