/** Whom the relay believes to be Microsoft. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';

/** Sends one request in a process of its own: the variable is read when Node starts. */
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
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return out.trim();
}

t.test('NODE_TLS_REJECT_UNAUTHORIZED hands no token to a stranger', async (t) => {
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
