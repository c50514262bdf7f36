/** Limits the connections to the page's server: the oldest one is closed, so that a new one is always served. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** A browser opens six, and an extra tab or two for streams. */
const mostConnections = 200;

/** @param isKept true for a connection that is closed last */
export function boundConnections(server: Server, isKept: (socket: Socket) => boolean): void {
  // In order of arrival.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (sockets.size <= mostConnections) return;
    const [oldest] = sockets;
    const idle = sockets.values().find((one) => !isKept(one)) ?? oldest;
    idle?.destroy();
  });
}
