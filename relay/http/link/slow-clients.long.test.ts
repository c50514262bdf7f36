/** Clients that start and stall, with the real timeouts: this takes half a minute. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import t from 'tap';
import { createAuthority } from '../../../scripts/simulators/authority.ts';
import { createToken } from '../../store/tenants/api-tokens.ts';
import { addTenant, startTestRelay } from '../../testing/relay-double.ts';

t.test('a handshake, headers and a request that stall are ended within seconds', async (t) => {
  const authority = await createAuthority();
  const { cert, key } = await authority.issue(['127.0.0.1']);
  const home = t.testdir({ 'relay.pem': cert, 'relay.key': key });
  const listen = { port: 0, certFile: join(home, 'relay.pem'), keyFile: join(home, 'relay.key') };
  const relay = await startTestRelay(home, { settings: { listen } });
  t.teardown(() => relay.close());
  const port = Number(new URL(relay.url).port);
  const began = performance.now();
  const seconds = async (socket: Socket) => {
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    return Math.round((performance.now() - began) / 1000);
  };
  const secure = async (text: string) => {
    const socket = connectTls({ port, host: '127.0.0.1', ca: authority.ca });
    await once(socket, 'secureConnect');
    socket.write(text);
    return await seconds(socket);
  };
  const { id } = await addTenant(relay, 'contoso');
  const give = { name: 'n', days: 1, by: 'kim', role: 'admin' } as const;
  const { token } = await relay.store.withTenant(id, (scope) => createToken(scope, give, new Date()));
  const [halfOpen, silent, headers, body, apiBody] = await Promise.all([
    seconds(connect(port, '127.0.0.1')),
    secure(''),
    secure('GET /healthz HTTP/1.1\r\nHost: x\r\nX: '),
    secure(
      'POST /agent/v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{',
    ),
    secure(
      `POST /api/v1/tenants/contoso/runs/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{`,
    ),
  ]);
  t.ok(halfOpen >= 9 && halfOpen <= 15, `half-open handshake: ${halfOpen} s`);
  t.ok(silent <= 25, `nothing after the handshake: ${silent} s`);
  t.ok(headers <= 25, `headers: ${headers} s`);
  t.ok(body <= 40, `body: ${body} s`);
  t.ok(apiBody <= 40, `body of a program with a token: ${apiBody} s`);
});

t.test('a PROXY header that comes byte by byte times out', async (t) => {
  const listen = { port: 0, trustedProxies: ['127.0.0.1'], proxyProtocol: true };
  const relay = await startTestRelay(t.testdir(), { settings: { listen } });
  t.teardown(() => relay.close());
  const socket = connect(Number(new URL(relay.url).port), '127.0.0.1');
  const letters = [...'PROXY TCP4 198.51.100.7 192.0.2.1 '];
  const drip = setInterval(() => socket.write(letters.shift() ?? '1'), 700);
  t.teardown(() => clearInterval(drip));
  const began = performance.now();
  // The end may come as a reset, which `once` would throw.
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  const seconds = (performance.now() - began) / 1000;
  t.ok(seconds < 8, `${seconds} s, not the minute that the letters last`);
});
