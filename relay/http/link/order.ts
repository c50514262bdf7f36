/**
 * Which messages are allowed when. The state of a connection is its phase, the last durable sequence number, and its open
 * cycle; {@link judge} decides, and the session acts.
 *
 * Sequence numbers count cycle.begin, batch and cycle.commit together, from 1 on every connection.
 */
import type { AgentMessage } from '../../../shared/link.ts';

type Phase = 'greeting' | 'ready' | 'cycle';
type MessageType = AgentMessage['type'];

export interface LinkState {
  phase: Phase;
  /** The last sequence number accepted; 0 before the first. */
  seq: number;
  /** The cycle begun on this connection. */
  cycle: string | undefined;
}

export const initialState: LinkState = { phase: 'greeting', seq: 0, cycle: undefined };

/** `next` is the phase after an allowed message; a string is the reason why it is not allowed. */
type Cell = { next: Phase } | string;

const early = 'hello comes first';
const outside = 'no cycle has begun';

const table: Record<Phase, Record<MessageType, Cell>> = {
  greeting: {
    hello: { next: 'ready' },
    'manifest.get': early,
    'cycle.begin': early,
    batch: early,
    'cycle.commit': early,
    result: early,
    status: early,
    error: { next: 'greeting' },
  },
  ready: {
    hello: 'it was already sent',
    'manifest.get': { next: 'ready' },
    'cycle.begin': { next: 'cycle' },
    batch: outside,
    'cycle.commit': outside,
    result: { next: 'ready' },
    status: { next: 'ready' },
    error: { next: 'ready' },
  },
  cycle: {
    hello: 'it was already sent',
    'manifest.get': { next: 'cycle' },
    // The agent gave up its cycle: the new one takes over, and what was sent stays until the digests are compared.
    'cycle.begin': { next: 'cycle' },
    batch: { next: 'cycle' },
    'cycle.commit': { next: 'ready' },
    result: { next: 'cycle' },
    status: { next: 'cycle' },
    error: { next: 'cycle' },
  },
};

export type Verdict =
  | { verdict: 'take'; next: LinkState }
  /** Accepted before: acknowledge again, change nothing. */
  | { verdict: 'repeated' }
  | { verdict: 'out-of-order'; reason: string };

/** What to do with a message, and the state after it. */
export function judge(state: LinkState, message: AgentMessage): Verdict {
  const seq = 'seq' in message ? message.seq : undefined;
  if (seq !== undefined && state.phase !== 'greeting') {
    if (seq <= state.seq) return { verdict: 'repeated' };
    if (seq > state.seq + 1) return { verdict: 'out-of-order', reason: `number ${seq} follows ${state.seq}` };
  }
  const cell = table[state.phase][message.type];
  if (typeof cell === 'string') return { verdict: 'out-of-order', reason: cell };
  if (message.type === 'cycle.commit' && message.cycle !== state.cycle) {
    return { verdict: 'out-of-order', reason: 'it names another cycle than the one begun' };
  }
  const cycle = message.type === 'cycle.begin' ? message.cycle : cell.next === 'cycle' ? state.cycle : undefined;
  return { verdict: 'take', next: { phase: cell.next, seq: seq ?? state.seq, cycle } };
}
