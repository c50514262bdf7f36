/** Limits the number of connections, per address and in all. Those beyond are closed before anything is read. */
import type { BlockList, Server, Socket } from 'node:net';
import type { Logger } from 'pino';
import { countedAddress, isTrusted } from './addresses.ts';

/** Between two log lines, milliseconds: a client that opens too many opens very many. */
const noteEveryMs = 10_000;

export interface ConnectionLimits {
  maxConnections: number;
  /** Trusted proxies carry the connections of many clients, and are exempt. */
  maxConnectionsPerAddress: number;
  proxies: BlockList;
  /** With the PROXY protocol: what it said about a connection. */
  sourceOf(socket: Socket): string | undefined;
  log: Logger;
}

export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const { maxConnections, maxConnectionsPerAddress, proxies, sourceOf, log } = limits;
  const perAddress = new Map<string, number>();
  let open = 0;
  let notedAt = Number.NEGATIVE_INFINITY;
  const refuse = (socket: Socket, address: string) => {
    socket.destroy();
    const now = performance.now();
    if (now - notedAt < noteEveryMs) return;
    notedAt = now;
    log.warn({ event: 'connection.refused', address, open }, 'too many connections');
  };
  server.prependListener('connection', (socket: Socket) => {
    const source = sourceOf(socket) ?? socket.remoteAddress ?? '';
    const address = countedAddress(source);
    const count = perAddress.get(address) ?? 0;
    const isCounted = !isTrusted(source, proxies);
    if (open >= maxConnections || (isCounted && count >= maxConnectionsPerAddress)) return refuse(socket, address);
    open += 1;
    perAddress.set(address, count + 1);
    socket.once('close', () => {
      open -= 1;
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left > 0) perAddress.set(address, left);
      else perAddress.delete(address);
    });
  });
}
