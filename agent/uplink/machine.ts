/**
 * The connection to the relay as a pure state machine: a table of states × events, of which the compiler demands every
 * cell. Time and chance come in with the event; what is to be done comes out as effects.
 *
 *   idle ──start──▶ dialing ──opened──▶ greeting ──welcomed──▶ ready ──drain──▶ draining
 *                     ▲  ╲                  │                    │                  │
 *                    due  ╲lost            lost                 lost          finished, lost
 *                     │    ▼                ▼                    ▼                  ▼
 *                     └── waiting ◀─────────┴────────────────────┴──────────────────┘
 *   any state ──refused, stop──▶ stopped
 */
import { backoffMs } from '../../shared/backoff.ts';

export type State = 'idle' | 'dialing' | 'greeting' | 'ready' | 'draining' | 'waiting' | 'stopped';

/** The wait before the next attempt grows 1 s, 2 s, 4 s … 60 s, each with full jitter. */
const backoff = { baseMs: 1000, capMs: 60_000 };
/** Only a connection that lived this long proves that the problem is over. */
const stableMs = 60_000;
/** A relay that is busy gives its times in whole seconds: those with the same one spread within it. */
const roundedMs = 1000;

export interface Model {
  state: State;
  /** Attempts since the last stable connection. */
  attempt: number;
  /** When this connection became ready; undefined before that. */
  readyAt: number | undefined;
  /** The relay asked us to stay away at least this long. */
  floorMs: number;
}

export const initial: Model = { state: 'idle', attempt: 0, readyAt: undefined, floorMs: 0 };

interface Timed {
  /** Milliseconds since the epoch. */
  now: number;
  /** A number in [0, 1). */
  random: number;
}

interface Events {
  /** Someone wants a connection. */
  start: object;
  /** The wait is over. */
  due: object;
  /** The socket is open. */
  opened: object;
  /** The relay answered the greeting. */
  welcomed: Timed;
  /**
   * There is no connection, or no longer one; trying again may help.
   *
   * `isAlive`: the relay is there and has given this agent its time.
   */
  lost: Timed & { retryAfterMs?: number | undefined; isAlive?: boolean };
  /** The relay refuses this agent: trying again cannot help. */
  refused: object;
  /** The relay node behind this connection is shutting down. */
  drain: { reconnectAfterMs: number };
  /** What was in flight when the drain began is done. */
  finished: Timed;
  /** Fields or schools have changed: greet again. */
  renew: object;
  stop: object;
}
export type EventName = keyof Events;
export type MachineEvent<E extends EventName> = { on: E } & Events[E];

export type Effect =
  | { do: 'dial' }
  | { do: 'greet' }
  | { do: 'serve' }
  | { do: 'wait'; ms: number }
  | { do: 'cancelWait' }
  /** Say goodbye and forget the socket. */
  | { do: 'close' }
  /** Forget the socket without a goodbye: the other side is not listening. */
  | { do: 'drop' };

export interface Step {
  model: Model;
  effects: Effect[];
}

type Cell<E extends EventName> = (model: Model, event: Events[E]) => Step;
type Row = { [E in EventName]: Cell<E> };

const stay = (model: Model): Step => ({ model, effects: [] });
const to = (model: Model, state: State, ...effects: Effect[]): Step => ({ model: { ...model, state }, effects });

const dial = (model: Model, ...before: Effect[]): Step => ({
  model: { ...model, state: 'dialing', readyAt: undefined, floorMs: 0 },
  effects: [...before, { do: 'dial' }],
});

/** From a broken connection to the wait before the next one. */
const retry = (model: Model, { now, random, retryAfterMs = 0, isAlive }: Events['lost'], goodbye: Effect): Step => {
  // The relay spreads a fleet by what it can take in: growing waits on top of that would keep some away for a minute.
  if (isAlive === true) {
    const ms = Math.max(model.floorMs, retryAfterMs) + Math.floor(roundedMs * random);
    return {
      model: { ...model, state: 'waiting', readyAt: undefined, floorMs: 0 },
      effects: [goodbye, { do: 'wait', ms }],
    };
  }
  const wasStable = model.readyAt !== undefined && now - model.readyAt >= stableMs;
  const attempt = wasStable ? 0 : model.attempt;
  const ms = backoffMs(backoff, attempt, random, Math.max(model.floorMs, retryAfterMs));
  return {
    model: { state: 'waiting', attempt: attempt + 1, readyAt: undefined, floorMs: 0 },
    effects: [goodbye, { do: 'wait', ms }],
  };
};

const lost: Cell<'lost'> = (model, event) => retry(model, event, { do: 'drop' });
const hangUp = (model: Model): Step => to(model, 'stopped', { do: 'close' });
const renew: Cell<'renew'> = (model) => dial(model, { do: 'close' });

const table: Record<State, Row> = {
  idle: {
    start: (model) => dial(model),
    due: stay,
    opened: stay,
    welcomed: stay,
    lost: stay,
    refused: hangUp,
    drain: stay,
    finished: stay,
    renew: stay,
    stop: hangUp,
  },
  dialing: {
    start: stay,
    due: stay,
    opened: (model) => to(model, 'greeting', { do: 'greet' }),
    welcomed: stay,
    lost,
    refused: hangUp,
    drain: stay,
    finished: stay,
    renew: stay,
    stop: hangUp,
  },
  greeting: {
    start: stay,
    due: stay,
    opened: stay,
    welcomed: (model, { now }) => to({ ...model, readyAt: now }, 'ready', { do: 'serve' }),
    lost,
    refused: hangUp,
    // Nothing is in flight yet, so there is nothing to finish.
    drain: (model, { reconnectAfterMs }) => ({
      model: { ...model, state: 'waiting', floorMs: 0 },
      effects: [{ do: 'close' }, { do: 'wait', ms: reconnectAfterMs }],
    }),
    finished: stay,
    renew,
    stop: hangUp,
  },
  ready: {
    start: stay,
    due: stay,
    opened: stay,
    welcomed: stay,
    lost,
    refused: hangUp,
    drain: (model, { reconnectAfterMs }) => to({ ...model, floorMs: reconnectAfterMs }, 'draining'),
    finished: stay,
    renew,
    stop: hangUp,
  },
  draining: {
    start: stay,
    due: stay,
    opened: stay,
    welcomed: stay,
    lost,
    refused: hangUp,
    drain: stay,
    // The relay has already spread its fleet over time: no extra jitter.
    finished: (model) => ({
      model: { state: 'waiting', attempt: 0, readyAt: undefined, floorMs: 0 },
      effects: [{ do: 'close' }, { do: 'wait', ms: model.floorMs }],
    }),
    renew: stay,
    stop: hangUp,
  },
  waiting: {
    start: stay,
    due: (model) => dial(model),
    opened: stay,
    welcomed: stay,
    lost: stay,
    refused: (model) => to(model, 'stopped', { do: 'cancelWait' }),
    drain: stay,
    finished: stay,
    renew: stay,
    stop: (model) => to(model, 'stopped', { do: 'cancelWait' }),
  },
  stopped: {
    start: stay,
    due: stay,
    opened: stay,
    welcomed: stay,
    lost: stay,
    refused: stay,
    drain: stay,
    finished: stay,
    renew: stay,
    stop: stay,
  },
};

/** The next state and the effects to carry out. */
export function step<E extends EventName>(model: Model, event: MachineEvent<E>): Step {
  const cell: Cell<E> = table[model.state][event.on];
  return cell(model, event);
}
