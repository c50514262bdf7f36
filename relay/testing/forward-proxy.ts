/** A forward proxy: it resolves names by a table of its own, as in networks in which nobody else can. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Test } from 'tap';

export interface ForwardProxyDouble {
  port: number;
  /** `hooks.test:443` → a port of this computer. Everything else is refused with 403. */
  hosts: Record<string, number>;
  /** What it was asked for. */
  asked: string[];
  /** `user:password`, if it asks for them. */
  signIn: string | undefined;
}

export async function startForwardProxy(t: Test): Promise<ForwardProxyDouble> {
  const proxy: ForwardProxyDouble = { port: 0, hosts: {}, asked: [], signIn: undefined };
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connection', (socket) => void sockets.add(socket));
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    proxy.asked.push(url);
    socket.on('error', () => undefined);
    const expected = proxy.signIn && `Basic ${Buffer.from(proxy.signIn).toString('base64')}`;
    if (expected !== undefined && headers['proxy-authorization'] !== expected) {
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n');
    }
    const port = proxy.hosts[url];
    if (port === undefined) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const behind = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      behind.pipe(socket).pipe(behind);
    });
    sockets.add(behind);
    behind.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return proxy;
}
