/** What ten hostile agents do: each has a key that the relay knows, and one way of costing it more than it should. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { AgentDouble } from '../../../relay/testing/agent-double.ts';

/** One burst on an open connection. */
export type HostileProgram = (agent: AgentDouble) => void;

const schools = { kind: 'school', schoolId: 'district' } as const;
const nested = gzipSync(`{"type":"hello","x":${'['.repeat(3_500_000)}${']'.repeat(3_500_000)}}`);
const values = gzipSync(`{"type":"hello","buckets":[${'0,'.repeat(3_500_000)}0]}`);
const bomb = gzipSync(Buffer.alloc(256 << 20), { level: 9 });
const longText = gzipSync(JSON.stringify({ type: 'status', state: 'idle', text: 'x'.repeat(7_900_000) }));
const keys = gzipSync(`{${Array.from({ length: 400_000 }, (_, index) => `"k${index}":1`).join()}}`);

function send(agent: AgentDouble, data: Buffer, times: number): void {
  for (let count = 0; count < times; count += 1) agent.socket.send(data, { binary: true });
}

function maximalBatch(round: number) {
  return Array.from({ length: 2000 }, (_, index) => ({ id: `${index}`, name: `School ${round} ${'n'.repeat(150)}` }));
}

let rounds = 0;

export const hostilePrograms: Record<string, HostileProgram> = {
  'deep nesting': (agent) => send(agent, nested, 20),
  'millions of values': (agent) => send(agent, values, 20),
  'gzip bombs': (agent) => send(agent, bomb, 20),
  'long text': (agent) => send(agent, longText, 20),
  'many keys': (agent) => send(agent, keys, 20),
  'floods of small messages': (agent) => {
    for (let count = 0; count < 5000; count += 1) agent.send({ type: 'status', state: 'idle' });
  },
  'largest batches': (agent) => {
    rounds += 1;
    agent.begin(randomUUID());
    for (let count = 0; count < 4; count += 1) agent.batch(schools, maximalBatch(rounds * 10 + count));
  },
  'sequences out of order': (agent) => {
    for (let count = 0; count < 200; count += 1) agent.batch(schools, [{ id: '1', name: 'x' }], [], 1_000_000 + count);
  },
  'endless hello': (agent) => {
    for (let count = 0; count < 200; count += 1) void agent.hello().catch(() => undefined);
  },
  'pings and fragments': (agent) => {
    for (let count = 0; count < 500; count += 1) agent.socket.ping();
    for (let count = 0; count < 500; count += 1) agent.socket.send('{', { fin: false });
  },
};
