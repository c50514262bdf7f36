/**
 * A relay that stores nothing and acknowledges at once, in a process of its own: what is measured against it is the agent
 * alone. It tells its parent its address, and passes on commands.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import { enrollPath, linkPath, protocolVersion, type RelayMessage, subprotocol } from '../../../shared/link.ts';

/** What a profile that matches by user name and creates accounts needs. */
const fields = {
  student: ['username', 'studentNumber', 'secondaryEmail', 'givenName', 'middleName', 'surname', 'grade'],
  teacher: ['username', 'givenName', 'surname'],
};

const sockets = new Set<WebSocket>();
const server = createServer((request, response) => {
  request.resume();
  const known = request.url === enrollPath;
  const enrolled = { agentId: randomUUID(), tenantId: randomUUID(), tenantName: 'Bench' };
  response.writeHead(known ? 201 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(enrolled));
});
const endpoint = new WebSocketServer({ server, path: linkPath, handleProtocols: () => subprotocol });

endpoint.on('connection', (socket) => {
  sockets.add(socket);
  let seq = 0;
  socket.on('close', () => sockets.delete(socket));
  socket.on('message', (data: Buffer, binary) => {
    const text = binary ? gunzipSync(data) : data;
    const type = /^\{"type":"([a-z.]+)"/.exec(text.toString('latin1', 0, 60))?.[1];
    if (type === 'hello') send(socket, welcome());
    if (type === 'cycle.begin' || type === 'batch' || type === 'cycle.commit') {
      seq += 1;
      if (type !== 'cycle.begin') send(socket, { type: 'ack', seq });
    }
  });
});

function welcome(): RelayMessage {
  return {
    ...{ type: 'welcome', protocol: protocolVersion, relayVersion: '0.0.0', tenantName: 'Bench' },
    ...{ serverTime: new Date().toISOString(), salt: 'a'.repeat(64), wanted: { schools: null, fields } },
    ...{ schedule: { cycleSeconds: 86_400 }, credit: 8, buckets: [] },
  };
}

function send(socket: WebSocket, message: RelayMessage): void {
  socket.send(JSON.stringify(message));
}

process.on('message', () => {
  for (const socket of sockets) send(socket, { type: 'command', id: randomUUID(), name: 'sync' });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
