/** What ten hostile agents do: each has a key that the relay knows, and one way of costing it more than it should. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { AgentMessage } from '../../../shared/link.ts';

/** An open connection, after its hello. */
export interface Line {
  socket: WebSocket;
  /** The last sequence number sent on it. */
  seq: number;
}

/** One burst on an open connection. */
export type HostileProgram = (line: Line) => void;

const bucket = { kind: 'school', schoolId: 'district' } as const;
const status = '{"type":"status","state":"idle"';

function zipped(json: string): Buffer {
  return gzipSync(json);
}

// What was within the limits of 0.2.0, and is refused unparsed since.
const nested = zipped(`{"type":"hello","x":${'['.repeat(3_500_000)}${']'.repeat(3_500_000)}}`);
const values = zipped(`{"type":"hello","buckets":[${'0,'.repeat(3_500_000)}0]}`);
const bomb = gzipSync(Buffer.alloc(256 << 20), { level: 1 });
// What is within today's limits, and is a good message besides: a schema passes over what it does not know.
const paddedWithText = zipped(`${status},"x":"${'x'.repeat(7_900_000)}"}`);
const paddedWithValues = zipped(`${status},"x":[${'[[]],'.repeat(66_000)}0]}`);
const paddedWithKeys = zipped(
  `${status},"x":{${Array.from({ length: 195_000 }, (_, at) => `"key number ${at}":1`).join()}}}`,
);

/** Batches of one bucket as large as they may be, gzip without the beginning that has the sequence number. */
const batches = Array.from({ length: 4 }, (_, round) => fullBatch(round, 400, (at) => `${at}`));
const longerThanToday = fullBatch(8, 1900, (at) => `${at}`);
const refusedAtTheEnd = fullBatch(9, 400, (at) => (at === 1999 ? '' : `${at}`));

function fullBatch(round: number, characters: number, idOf: (at: number) => string): Buffer {
  const upserts = Array.from({ length: 2000 }, (_, at) => ({
    id: idOf(at),
    name: `School ${round} ${at} ${'name '.repeat(characters / 10)}`,
    schoolNumber: `${at} ${'1234 '.repeat(characters / 10)}`,
  }));
  return zipped(`,"bucket":${JSON.stringify(bucket)},"upserts":${JSON.stringify(upserts)},"deletes":[]}`);
}

/** A gzip of two members: making the whole each time would keep the hostile process busy, and not the relay. */
function sendBatch(line: Line, rest: Buffer): void {
  line.seq += 1;
  sendAll(line, [Buffer.concat([zipped(`{"type":"batch","seq":${line.seq}`), rest])]);
}

function sendAll({ socket }: Line, frames: readonly Buffer[]): void {
  for (const frame of frames) socket.send(frame, { binary: true });
}

function say({ socket }: Line, message: AgentMessage): void {
  socket.send(JSON.stringify(message));
}

function begin(line: Line): void {
  line.seq += 1;
  say(line, { type: 'cycle.begin', seq: line.seq, cycle: randomUUID() });
}

function repeated(times: number, act: (at: number) => void): void {
  for (let at = 0; at < times; at += 1) act(at);
}

const hello: AgentMessage = {
  type: 'hello',
  protocol: 1,
  agentVersion: '0.0.0',
  capabilities: [],
  source: { kind: 'powerquery' },
  buckets: [],
};

export function greet(line: Line): void {
  say(line, hello);
}

export const hostilePrograms: Record<string, HostileProgram> = {
  'nested deeply, millions of values, bombs': (line) => repeated(7, () => sendAll(line, [nested, values, bomb])),
  'status with much text': (line) => repeated(20, () => sendAll(line, [paddedWithText])),
  'status with many values': (line) => repeated(20, () => sendAll(line, [paddedWithValues])),
  'status with many keys': (line) => repeated(10, () => sendAll(line, [paddedWithKeys])),
  'flood of small messages': (line) => repeated(5000, () => say(line, { type: 'status', state: 'idle' })),
  'full batches': (line) => {
    begin(line);
    for (const batch of batches) sendBatch(line, batch);
  },
  'batches that cannot be used': (line) => {
    begin(line);
    sendBatch(line, longerThanToday);
    line.seq -= 1;
    // Valid up to its last record; a bucket that nobody asked for; a number out of order, which ends the connection.
    sendBatch(line, refusedAtTheEnd);
    line.seq -= 1;
    const student = { id: '1', givenName: 'Nobody' };
    const unasked = { kind: 'student', schoolId: '1' } as const;
    repeated(5, () =>
      say(line, { type: 'batch', seq: line.seq + 1, bucket: unasked, upserts: [student], deletes: [] }),
    );
    sendBatch({ ...line, seq: line.seq + 1000 }, refusedAtTheEnd);
  },
  'never reads': (line) => {
    line.socket.pause();
    begin(line);
    sendBatch(line, batches[0] ?? Buffer.alloc(0));
    repeated(500, () => say(line, { type: 'manifest.get', bucket }));
  },
  'hello, hello, pings, fragments': (line) => {
    repeated(100, () => line.socket.ping());
    repeated(20, () => say(line, hello));
    repeated(500, () => line.socket.send('{', { fin: false }));
  },
  'comes and goes': (line) => {
    sendAll(line, [paddedWithValues]);
    line.socket.terminate();
  },
};
