/** Whom the relay accepts as Microsoft, and when it switches to another of Microsoft's servers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { startVariables } from '../../shared/testing/start-variables.ts';
import { openTransport } from './transport.ts';

/** Sends one request in a separate process: Node reads the variable when it starts. */
const program = `
  const { openTransport } = await import(${JSON.stringify(new URL('./transport.ts', import.meta.url).href)});
  const transport = await openTransport(process.env.CA_FILE);
  try {
    const answer = await transport.send(process.env.URL, { method: 'GET', headers: { authorization: 'Bearer token' } });
    console.log(answer.status);
  } catch (error) {
    console.log(error.cause?.code);
  }
  await transport.close();`;

async function request(env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...startVariables, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return out.trim();
}

t.test('NODE_TLS_REJECT_UNAUTHORIZED never sends a token to a stranger', async (t) => {
  const authority = await createAuthority();
  let asked = 0;
  const server = createServer(await authority.issue(['127.0.0.1']), (_request, response) => {
    asked += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const URL = `https://127.0.0.1:${port}`;
  const NODE_TLS_REJECT_UNAUTHORIZED = '0';

  t.equal(await request({ URL, NODE_TLS_REJECT_UNAUTHORIZED }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  t.equal(asked, 0);
  const CA_FILE = join(t.testdir(), 'ca.pem');
  await writeFile(CA_FILE, authority.ca);
  t.equal(await request({ URL, NODE_TLS_REJECT_UNAUTHORIZED, CA_FILE }), '200', 'with its authority it is known');
});

/** A server whose answers depend on the path, and a function to request a path: `socket` numbers the connections. */
async function connectionsTo(t: Test) {
  const authority = await createAuthority();
  const held = Promise.withResolvers<void>();
  let sockets = 0;
  const server: Server = createServer(await authority.issue(['127.0.0.1']), async (request, response) => {
    const [, path] = (request.url ?? '').split('/');
    if (path === 'drop') return request.socket.destroy();
    if (path === 'held') await held.promise;
    response.writeHead(path === 'unavailable' ? 503 : 200).end(String(numbers.get(request.socket)));
  });
  const numbers = new Map<object, number>();
  server.on('secureConnection', (socket) => {
    sockets += 1;
    numbers.set(socket, sockets);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const caFile = join(t.testdir(), 'ca.pem');
  await writeFile(caFile, authority.ca);
  const transport = await openTransport(caFile);
  t.teardown(async () => {
    await transport.close();
    server.close();
  });
  const socketOf = async (path: string) => {
    const response = await transport.send(`https://127.0.0.1:${port}/${path}`, { method: 'GET', headers: {} });
    const socket = Number(await response.text());
    // A connection is free for the next request once its end of the answer has been seen.
    await new Promise(setImmediate);
    return socket;
  };
  return { socketOf, release: held.resolve, numbers };
}

t.test('after a 503 the next request takes a new connection, and the one after that keeps it', async (t) => {
  const { socketOf } = await connectionsTo(t);
  t.equal(await socketOf('fine'), 1);
  t.equal(await socketOf('unavailable'), 1, 'a connection is kept while all is well');
  t.equal(await socketOf('fine'), 2);
  t.equal(await socketOf('fine'), 2);
});

t.test('a connection that breaks closes idle ones as well, but ends no running request', async (t) => {
  const { socketOf, release, numbers } = await connectionsTo(t);
  const slow = socketOf('held');
  while (numbers.size < 1) await new Promise(setImmediate);
  await Promise.all([socketOf('fine'), socketOf('fine')]);
  const before = numbers.size;
  t.equal(before, 3);
  await t.rejects(socketOf('drop'));
  t.equal(await socketOf('fine'), before + 1, 'not the idle one');
  release();
  t.equal(await slow, 1, 'its answer still arrived');
});
