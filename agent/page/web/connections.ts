/** How many connections the page's server holds: the oldest one goes, so that a new one is always served. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** A browser opens six, and a tab or two more for streams. */
const mostConnections = 200;

/** @param isKept true for a connection that is the last to go */
export function boundConnections(server: Server, isKept: (socket: Socket) => boolean): void {
  // In the order in which they came.
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
