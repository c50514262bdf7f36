/** Connections that send nothing or too little, or that are too many; and their source addresses. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import t from 'tap';
import { createAuthority } from '../../../scripts/simulators/authority.ts';
import { setUp, startTestRelay } from '../../testing/relay-double.ts';
import { readProxyHeader } from './proxy-protocol.ts';

const portOf = (url: string) => Number(new URL(url).port);

function open(url: string): Socket {
  const socket = connect(portOf(url), '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

/** Unlike once(), this also accepts a reset. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}

async function answerTo(socket: Socket, text: string | Buffer): Promise<string> {
  socket.write(text);
  let answer = '';
  socket.on('data', (data) => {
    answer += String(data);
  });
  await closed(socket);
  return answer;
}

t.test('one address has no more connections than the settings allow, and closed ones free their places', async (t) => {
  const { relay } = await setUp(t, { settings: { listen: { port: 0, maxConnectionsPerAddress: 5 } } });
  const held = Array.from({ length: 5 }, () => open(relay.url));
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  const answers = await Promise.all(
    Array.from({ length: 6 }, () =>
      answerTo(open(relay.url), 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    ),
  );
  t.ok(
    answers.every((answer) => answer === ''),
    'the rest are closed without an answer',
  );
  t.equal(relay.events().filter(({ event }) => event === 'connection.refused').length, 1, 'one line for all of them');
  for (const socket of held) socket.destroy();
  await Promise.all(held.map(closed));
  for (let tries = 0; tries < 1000; tries++) {
    const answer = await answerTo(open(relay.url), 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    if (answer !== '') break;
  }
  t.equal((await fetch(`${relay.url}/healthz`)).status, 200);
});

t.test('what is not HTTP gets an answer in JSON', async (t) => {
  const { relay } = await setUp(t);
  const answer = await answerTo(open(relay.url), 'this is no HTTP\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 400 .*"code":"REQUEST_MALFORMED"/s);
  const huge = await answerTo(open(relay.url), `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  t.match(huge, /^HTTP\/1\.1 431 .*"code":"REQUEST_MALFORMED"/s);
});

const v1 = (source: string) => Buffer.from(`PROXY TCP4 ${source} 192.0.2.1 51234 443\r\n`);
function v2(source: number[], command = 1): Buffer {
  const signature = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
  const tlv = Buffer.from([0x04, 0, 3, 0, 0, 0]);
  const head = Buffer.from([0x20 | command, 0x11, 0, 12 + tlv.length]);
  return Buffer.concat([signature, head, Buffer.from([...source, 192, 0, 2, 1, 0xc8, 0x22, 0x01, 0xbb]), tlv]);
}

t.test('PROXY headers are read to the byte, whole or in pieces, and nothing else counts as one', async (t) => {
  for (const [header, source] of [
    [v1('198.51.100.7'), '198.51.100.7'],
    [v2([198, 51, 100, 7]), '198.51.100.7'],
    [Buffer.from('PROXY TCP6 2001:db8::7 2001:db8::1 1 443\r\n'), '2001:db8::7'],
    [Buffer.from('PROXY UNKNOWN\r\n'), undefined],
    [v2([0, 0, 0, 0], 0), undefined],
  ] as const) {
    const read = readProxyHeader(Buffer.concat([header, Buffer.from('GET / HTTP/1.1')]));
    t.match(read, { is: 'header', bytes: header.length, ...(source === undefined ? {} : { source }) });
    for (let cut = 0; cut < header.length; cut++) {
      t.equal(readProxyHeader(header.subarray(0, cut)).is, 'incomplete', `${cut} bytes`);
    }
  }
  for (const wrong of [
    Buffer.from('GET / HTTP/1.1\r\n'),
    Buffer.from([0x16, 0x03, 0x01, 0x02]),
    Buffer.from('PROXY TCP4 nonsense 192.0.2.1 1 2\r\n'),
    Buffer.from('PROXY TCP4 999.1.1.1 192.0.2.1 1 2\r\n'),
    Buffer.from('PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n'),
    Buffer.from('PROXY TCP6 198.51.100.7 192.0.2.1 1 2\r\n'),
    Buffer.from('PROXY TCP6 :::: ::1 1 2\r\n'),
    Buffer.from('PROXY UDP4 198.51.100.7 192.0.2.1 1 2\r\n'),
    Buffer.from(`PROXY TCP4 ${'1'.repeat(200)}`),
    Buffer.concat([v2([1, 2, 3, 4]).subarray(0, 12), Buffer.from([0x21, 0x11, 0, 4, 1, 2, 3, 4])]),
    Buffer.concat([v2([1, 2, 3, 4]).subarray(0, 12), Buffer.from([0x21, 0x21, 0, 12, ...Buffer.alloc(12)])]),
    Buffer.concat([v2([1, 2, 3, 4]).subarray(0, 12), Buffer.from([0x31, 0x11, 0, 12])]),
    Buffer.concat([v2([1, 2, 3, 4]).subarray(0, 12), Buffer.from([0x21, 0x11, 0xff, 0xff])]),
  ]) {
    t.equal(readProxyHeader(wrong).is, 'wrong', String(wrong));
  }
});

for (const tls of [false, true]) {
  t.test(`limits count the address in the PROXY header${tls ? ', below TLS' : ''}`, async (t) => {
    const authority = await createAuthority();
    const { cert, key } = await authority.issue(['127.0.0.1']);
    const home = t.testdir({ 'relay.pem': cert, 'relay.key': key });
    const files = tls ? { certFile: join(home, 'relay.pem'), keyFile: join(home, 'relay.key') } : {};
    const listen = { port: 0, trustedProxies: ['127.0.0.1'], proxyProtocol: true, ...files };
    const relay = await startTestRelay(home, { settings: { listen } });
    t.teardown(() => relay.close());
    const body = JSON.stringify({ code: 'AAAA-BBBB-CCCC', name: 'x', agentVersion: '0', publicKey: {} });
    const request = `POST /agent/v1/enroll HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const enroll = async (header: Buffer) => {
      const socket = open(relay.url);
      if (!tls) return (await answerTo(socket, Buffer.concat([header, Buffer.from(request)]))).slice(9, 12);
      socket.write(header);
      const secure = connectTls({ socket, ca: authority.ca, host: '127.0.0.1' });
      secure.on('error', () => undefined);
      return (await answerTo(secure, request)).slice(9, 12);
    };
    const statuses = [];
    for (let at = 0; at < 11; at++)
      statuses.push(await enroll(at % 2 === 0 ? v1('198.51.100.7') : v2([198, 51, 100, 7])));
    t.same(statuses, [...Array(10).fill('400'), '429']);
    t.equal(await enroll(v1('198.51.100.8')), '400', 'another client of the same proxy');
    t.equal(await enroll(Buffer.alloc(0)), '', 'no header, no answer');
    t.match(
      relay.events().filter(({ event }) => event === 'proxy.header-missing'),
      [{ address: '127.0.0.1' }],
    );
  });
}

t.test('the PROXY protocol is never guessed', async (t) => {
  const { relay } = await setUp(t);
  const said = Buffer.concat([v1('198.51.100.7'), Buffer.from('GET / HTTP/1.1\r\n\r\n')]);
  t.match(await answerTo(open(relay.url), said), /^HTTP\/1\.1 400/);
});
