import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import t from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../../shared/clock.ts';
import { decodeFrame } from '../../../shared/frames.ts';
import { type RelayMessage, relayMessageSchema } from '../../../shared/link.ts';
import { Connection } from './connection.ts';
import { Room } from './room.ts';
import { Share, Turns } from './turns.ts';

t.test('messages leave in the order in which they were sent, whatever their length', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = await once(server, 'connection');
  const connection = new Connection(socket, {
    ...{ clock: systemClock, log: pino({ level: 'silent' }), pingMs: 60_000, random: () => 0.5 },
    ...{ turns: new Turns(), room: new Room(), share: new Share(), strike: () => false, misused: () => undefined },
  });
  t.teardown(async () => {
    connection.close(1000, 'done');
    await connection.closed;
    server.close();
  });
  const buckets = Array.from({ length: 5000 }, (_, at) => ({ kind: 'student' as const, schoolId: `${at * 7919}` }));
  const messages: RelayMessage[] = [
    { type: 'ack', seq: 1 },
    { type: 'repair', buckets },
    { type: 'ack', seq: 2 },
    { type: 'repair', buckets: buckets.slice(0, 4000) },
    { type: 'ack', seq: 3 },
  ];
  const heard: RelayMessage[] = [];
  const all = new Promise<void>((resolve) => {
    peer.on('message', (data, binary) => {
      heard.push(decodeFrame({ data: binary ? (data as Buffer) : String(data), binary }, relayMessageSchema));
      if (heard.length === messages.length) resolve();
    });
  });
  await Promise.all(messages.map((message) => connection.send(message)));
  await all;
  t.same(heard, messages);
  await connection.send({ type: 'ack', seq: 4 });
  await once(peer, 'message');
  t.same(heard.at(-1), { type: 'ack', seq: 4 });
});
