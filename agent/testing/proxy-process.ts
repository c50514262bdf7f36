/**
 * A forward proxy as a process of its own: CONNECT with sign-in, the ways in which proxies refuse, and filters that
 * inspect TLS. Controlled over the process channel by proxy.ts.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Authority } from '../../scripts/simulators/authority.ts';
import type { ProxyBehavior, ProxyReport } from './proxy.ts';

let behavior: ProxyBehavior = { mode: 'tunnel', hosts: {} };
let filter: Authority | undefined;
/** Both ends of each tunnel. */
const tunnels = new Set<Duplex>();

/** Few proxies need one, and what makes it takes as long to load as all the rest. */
async function createAuthority(name: string): Promise<Authority> {
  return (await import('../../scripts/simulators/authority.ts')).createAuthority(name);
}

function announce(report: ProxyReport): void {
  process.send?.(report);
}

async function start(): Promise<void> {
  const own = process.argv.includes('--tls') ? await createAuthority('Proxy CA') : undefined;
  const server: Server =
    own === undefined ? createHttpServer(plain) : createHttpsServer(await own.issue(['localhost', '127.0.0.1']), plain);
  server.on('connect', (request, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    void serve(request, socket);
  });
  server.on('connection', (socket: Socket) => {
    if (behavior.mode === 'banner') socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n');
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    announce({ ready: { port, ca: own?.ca } });
  });
}

/** What a browser sees when it takes the proxy for a web server. */
function plain(_request: IncomingMessage, response: { end(text: string): void }): void {
  response.end('a proxy');
}

async function serve(request: IncomingMessage, socket: Socket): Promise<void> {
  const target = request.url ?? '';
  announce({ asked: { target, authorization: request.headers['proxy-authorization'] } });
  const { mode, signIn, schemes = ['Basic realm="proxy"'] } = behavior;
  const expected = signIn && `Basic ${Buffer.from(signIn).toString('base64')}`;
  if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
    const lines = schemes.map((scheme) => `Proxy-Authenticate: ${scheme}\r\n`).join('');
    return void socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${lines}${page('sign in')}`);
  }
  switch (mode) {
    case 'answer':
      return void socket.end(behavior.answer ?? '');
    case 'refuse':
      return void socket.end(`HTTP/1.1 403 Forbidden\r\n${page('Blocked: category "unknown"')}`);
    case 'page':
      return void socket.end(`HTTP/1.1 200 OK\r\n${page('Please accept the terms')}`);
    case 'redirect':
      return void socket.end(
        'HTTP/1.1 302 Found\r\nLocation: http://login.district.test/\r\nContent-Length: 0\r\n\r\n',
      );
    case 'silent':
      return;
    case 'close':
      return void socket.end();
  }
  const [host = '', port = ''] = (behavior.hosts[target] ?? '').split(':');
  if (port === '') return void socket.end(`HTTP/1.1 502 Bad Gateway\r\n${page('unknown host')}`);
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  if (mode === 'inspect' || mode === 'portal' || mode === 'noUpgrade')
    return inspect(socket, target, host, Number(port));
  join(socket, connect({ host, port: Number(port) }));
}

/** A filter: presents its own certificate in the server's name, and reads the traffic. */
async function inspect(socket: Socket, target: string, host: string, port: number): Promise<void> {
  filter ??= await createAuthority('Contoso Filter CA');
  announce({ filter: filter.ca });
  const name = target.split(':')[0] ?? '';
  const { cert, key } = await filter.issue([name]);
  const inside = new TLSSocket(socket, { isServer: true, cert, key });
  inside.on('error', () => socket.destroy());
  inside.on('data', (chunk: Buffer) => announce({ overheard: chunk.toString('latin1') }));
  if (behavior.mode === 'portal') {
    inside.once('data', () => inside.end(`HTTP/1.1 200 OK\r\n${page('Your connection was checked')}`));
    return;
  }
  const outside = connectTls({ host, port, servername: name, ca: behavior.upstreamCa ?? '' });
  outside.on('error', () => inside.destroy());
  if (behavior.mode === 'noUpgrade') {
    inside.on('data', (chunk: Buffer) => {
      outside.write(
        chunk.toString('latin1').replace(/^(upgrade|connection|sec-websocket-[a-z]+):.*\r\n/gim, ''),
        'latin1',
      );
    });
    outside.pipe(inside);
  } else join(inside, outside);
}

function join(a: Duplex, b: Duplex): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    tunnels.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      tunnels.delete(from);
      to.destroy();
    });
    from.on('end', () => to.end());
    from.on('data', (chunk) => {
      if (behavior.mode !== 'swallow') to.write(chunk);
    });
  }
}

function page(title: string): string {
  const body = `<html><title>${title}</title></html>`;
  return `Content-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}

process.on('message', (message: ProxyBehavior | 'cut') => {
  if (message === 'cut') for (const socket of tunnels) socket.destroy();
  else behavior = message;
  announce({ done: true });
});
process.on('disconnect', () => process.exit());
await start();
