/** Answers in place of the relay's WebSocket or identity: the relay's own words, or else which proxy sent them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rootCertificates } from 'node:tls';
import t from 'tap';
import { systemClock } from '../../shared/clock.ts';
import { linkAddress } from '../model/addresses.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { enroll } from './enroll.ts';
import { newPrivateKey, upgradeToken } from './identity.ts';
import { interception, type RelayAnswer } from './interception.ts';
import { livenessLimits } from './liveness.ts';
import { LinkSocket, type SocketEnd } from './socket.ts';

const url = 'https://relay.example.com/';
const lost = { code: 'PROTOCOL_UNSUPPORTED', message: 'Agent and relay … (agent none, relay 1).' };
const letsEncrypt = { issuer: 'ISRG Root X1', isWellKnown: true };
const filter = { issuer: 'Contoso Filter CA', isWellKnown: false };
const html = { 'content-type': 'text/html' };

t.ok(rootCertificates.length > 50, 'there are well-known authorities to be distinguished from others');

t.test('tells which proxy dropped the upgrade', async (t) => {
  const cases: [RelayAnswer, RegExp, RegExp][] = [
    [
      { status: 426, headers: { server: 'nginx/1.22.1' }, refusal: lost, peer: letsEncrypt },
      /the proxy in front of the relay \(it calls itself nginx\/1\.22\.1\) does not pass it on/,
      /^Ask the relay operator.*docs\/relay\.md.*Nothing in your own network/,
    ],
    [
      { status: 426, headers: { via: '1.1 proxy01 (squid/5.7)' }, refusal: lost, peer: filter },
      /a proxy on the way \(it calls itself proxy01 \(squid\/5\.7\)\).*either in front of the relay or in your own network/,
      /relay operator.*your network people.*"Contoso Filter CA": an authority of your own network/,
    ],
    [
      { status: 426, headers: { server: '\x1b[31m' }, refusal: lost },
      /a proxy on the way does not/,
      /operator.*network/,
    ],
  ];
  for (const [answer, message, action] of cases) {
    t.match(interception(url, answer), { code: 'RELAY_UPGRADE_LOST', message, action });
  }
});

t.test('tells who sent the answer', async (t) => {
  const cases: [RelayAnswer, RegExp, RegExp][] = [
    [{ status: 200, headers: html, peer: filter }, /a web page \(status 200\)/, /your network people/],
    [
      { status: 404, headers: { ...html, server: 'Apache' }, peer: letsEncrypt },
      /404\), from Apache/,
      /the relay operator/,
    ],
    [{ status: 302, headers: { location: 'http://login.test/x' } }, /a redirect to login\.test/, /network people/],
    [{ status: 404, headers: {} }, /not a relay's \(status 404\)/, /^Check the address/],
    [{ status: 511, headers: {} }, /sign-in page/, /network people/],
  ];
  for (const [answer, message, action] of cases) {
    t.match(interception(url, answer), { code: 'RELAY_INTERCEPTED', message, action });
  }
  t.equal(interception(url, { status: 502, headers: html }), undefined, 'from the relay’s own proxy, and let through');
  t.equal(interception(url, { status: 429, headers: {}, refusal: { code: 'ATTEMPTS_EXCEEDED' } }), undefined);
});

t.test('shows whatever the relay says in its own words', async (t) => {
  const refusal = { retry: 'retry-after' };
  const cases: [number, Record<string, string>, object][] = [
    [
      429,
      {
        ...refusal,
        code: 'ATTEMPTS_EXCEEDED',
        message: 'Too many refused attempts from 192.0.2.7.',
        action: 'Wait 42 s.',
      },
      { code: 'ATTEMPTS_EXCEEDED', message: /from 192\.0\.2\.7/, action: 'Wait 42 s.', retryAfterMs: 42_000 },
    ],
    [
      503,
      { code: 'RELAY_BUSY', message: 'The relay takes no new connections at this moment.' },
      { code: 'RELAY_BUSY' },
    ],
    [
      503,
      { code: 'STORE_UNAVAILABLE', message: 'The store is away.' },
      { code: 'STORE_UNAVAILABLE', message: /store is away/ },
    ],
    [
      500,
      { code: 'UNEXPECTED', message: 'Something unexpected happened.' },
      { code: 'RELAY_REFUSED', message: /500: Something/ },
    ],
    [
      418,
      { code: 'A_CODE_OF_2031', message: 'New \x1b[31mtrouble.' },
      { code: 'RELAY_REFUSED', message: /418: New \[31mtrouble\./ },
    ],
    [
      404,
      { code: 'A_CODE_OF_2031', message: 'New trouble.' },
      { code: 'RELAY_REFUSED', message: /404: New trouble\./ },
    ],
    [401, { code: 'AGENT_UNKNOWN', message: 'unknown' }, { code: 'AGENT_UNKNOWN' }],
  ];
  let answer: { status: number; body: string } = { status: 200, body: '' };
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(answer.status, { 'content-type': 'application/json', 'retry-after': '42' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  const relay = new RelayDouble();
  const link = linkAddress(await relay.open());
  t.teardown(() => relay.close());
  const identity = {
    ...{ agentId: relay.tenantId, tenantId: relay.tenantId, tenantName: 'x', relay: link.href },
    privateKey: await newPrivateKey(),
  };
  const token = await upgradeToken(identity, Date.now());
  for (const [status, body, expected] of cases) {
    answer = { status, body: JSON.stringify(body) };
    const base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const refused = await enroll({ relay: base, ca: [], code: relay.code, name: 'x' }).catch((error: unknown) => error);
    t.match(refused, expected, `enrollment, ${body.code}`);

    relay.refuse = { status, headers: { 'retry-after': '42' }, body };
    const { promise, resolve } = Promise.withResolvers<SocketEnd>();
    const listener = { opened() {}, frame() {}, ponged() {}, ended: resolve };
    new LinkSocket({ url: link, token, ca: [], clock: systemClock, liveness: livenessLimits }, listener);
    t.match(await promise, { error: expected, final: body.code === 'AGENT_UNKNOWN' }, `upgrade, ${body.code}`);
  }
});
