import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { AgentMessage } from '../../../shared/link.ts';
import { initialState, judge, type LinkState } from './order.ts';

const cycle = randomUUID();
const begin = (seq: number, name = cycle): AgentMessage => ({ type: 'cycle.begin', seq, cycle: name });
const bucket = { kind: 'term' as const, schoolId: '1' };
const batch = (seq: number): AgentMessage => ({ type: 'batch', seq, bucket, upserts: [], deletes: [] });
const commit = (seq: number, name = cycle): AgentMessage => ({ type: 'cycle.commit', seq, cycle: name, buckets: [] });
const hello: AgentMessage = {
  type: 'hello',
  protocol: 1,
  agentVersion: '1',
  capabilities: [],
  source: { kind: 'rest' },
  buckets: [],
};
const ask: AgentMessage = { type: 'manifest.get', bucket };

/** Judges the messages one after another, all of which must be accepted; returns the last state. */
function after(...messages: AgentMessage[]): LinkState {
  return messages.reduce((state, message) => {
    const judgment = judge(state, message);
    if (judgment.verdict !== 'take') throw new Error(`${message.type}: ${judgment.verdict}`);
    return judgment.next;
  }, initialState);
}

t.test('the normal sequence: hello, cycles, questions in between', async (t) => {
  const other = randomUUID();
  const state = after(hello, ask, begin(1), batch(2), ask, batch(3), commit(4), begin(5, other), commit(6, other));
  t.same(state, { phase: 'ready', seq: 6, cycle: undefined });
});

t.test('nothing comes before hello, and hello comes once', async (t) => {
  for (const message of [ask, begin(1), batch(1), commit(1)]) {
    t.equal(judge(initialState, message).verdict, 'out-of-order', message.type);
  }
  t.equal(judge(after(hello), hello).verdict, 'out-of-order');
  t.equal(judge(after(hello, begin(1)), hello).verdict, 'out-of-order');
});

t.test('a number is accepted once, and none is skipped', async (t) => {
  const state = after(hello, begin(1), batch(2));
  t.same(judge(state, batch(2)), { verdict: 'repeated' });
  t.same(judge(state, begin(1)), { verdict: 'repeated' });
  t.match(judge(state, batch(4)), { verdict: 'out-of-order', reason: 'number 4 follows 2' });
  t.equal(judge(after(hello), begin(2)).verdict, 'out-of-order', 'the first is 1');
});

t.test('batches and commits belong to a cycle', async (t) => {
  t.match(judge(after(hello), batch(1)), { verdict: 'out-of-order', reason: 'no cycle has begun' });
  t.equal(judge(after(hello, begin(1), commit(2)), batch(3)).verdict, 'out-of-order');
  t.equal(judge(after(hello, begin(1)), commit(2, randomUUID())).verdict, 'out-of-order');
  const other = randomUUID();
  t.same(after(hello, begin(1), batch(2), begin(3, other)), { phase: 'cycle', seq: 3, cycle: other });
});
