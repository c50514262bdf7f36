/** The lasting connection to the relay: drives the state machine with sockets and timers, and hands out sessions. */
import type { Clock } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../shared/frames.ts';
import {
  type AgentMessage,
  type Hello,
  protocolVersion,
  type RelayMessage,
  relayMessageSchema,
} from '../../shared/link.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { linkAddress } from '../model/addresses.ts';
import type { Meter } from '../model/meter.ts';
import type { Way } from '../network/proxy.ts';
import { type Identity, upgradeToken } from './identity.ts';
import { type LivenessLimits, livenessLimits } from './liveness.ts';
import { type Effect, type EventName, initial, type MachineEvent, type Model, step } from './machine.ts';
import { RelayClock } from './relay-clock.ts';
import { Session } from './session.ts';
import { LinkSocket, type SocketEnd } from './socket.ts';

/** The pause after another connection took over, in milliseconds; it doubles each time. */
const firstReplacedMs = 60_000;
const longestReplacedMs = 3_600_000;
/** After this long without another takeover, the next counts as the first; in milliseconds. */
const forgetReplacementMs = 7_200_000;

export type Command = Extract<RelayMessage, { type: 'command' }>;

export interface UplinkListener {
  opened(session: Session): void;
  /** The connection failed or was refused. The uplink continues by itself unless `final`. */
  ended(end: SocketEnd): void;
  command(command: Command, session: Session): void;
  /** The session should end as soon as what is in flight is done: see {@link Uplink.finished}. */
  draining(): void;
  throttled(waitMs: number): void;
  /** How long the relay took to answer a greeting or a ping. */
  answered?(ms: number): void;
  /** The relay reports a catalog error. */
  errorReported(error: { code: string; message: string }): void;
  /**
   * This computer's clock is this many milliseconds behind the relay's (negative: ahead); tokens use the relay's time.
   */
  clockCorrected?(ms: number): void;
}

export interface UplinkOptions extends Way {
  relay: URL;
  identity: Identity;
  hello: () => Hello;
  listener: UplinkListener;
  meter: Meter;
  clock: Clock;
  random: () => number;
  /** False makes the first failure final, for a command that someone waits for. */
  persistent: boolean;
  liveness?: LivenessLimits;
}

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #url: URL;
  readonly #relayClock: RelayClock;
  #model: Model = initial;
  #socket: LinkSocket | undefined;
  #session: Session | undefined;
  /** Counts connection attempts: events of earlier ones are ignored. */
  #generation = 0;
  #greetedAt = 0;
  #wait = new AbortController();
  #why: HallpassError;
  #replacements = { count: 0, at: Number.NEGATIVE_INFINITY };
  #waiters: { resolve: (session: Session) => void; reject: (reason: unknown) => void }[] = [];

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#url = linkAddress(options.relay);
    this.#relayClock = new RelayClock(options.clock);
    this.#why = fail('LINK_LOST', { url: this.#url.href, reason: 'the agent closed it' });
  }

  /** The current session, or the next one. Rejects when the relay refused for good, or the uplink was closed. */
  async session(): Promise<Session> {
    this.#dispatch({ on: 'start' });
    if (this.#model.state === 'stopped') throw this.#why;
    if (this.#model.state === 'ready' && this.#session !== undefined) return this.#session;
    const { promise, resolve, reject } = Promise.withResolvers<Session>();
    this.#waiters.push({ resolve, reject });
    return promise;
  }

  /** What was in flight on a draining connection is done. */
  finished(): void {
    this.#dispatch({ on: 'finished', ...this.#timed() });
  }

  /** Greets again, because the relay may want other fields or schools. */
  renew(): void {
    this.#session?.renew();
    this.#dispatch({ on: 'renew' });
  }

  close(): void {
    this.#dispatch({ on: 'stop' });
    this.#rejectWaiters();
  }

  #dispatch<E extends EventName>(event: MachineEvent<E>): void {
    const { model, effects } = step(this.#model, event);
    this.#model = model;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'dial':
        this.#generation += 1;
        void this.#dial(this.#generation);
        break;
      case 'greet':
        this.#socket?.expect(true);
        this.#greetedAt = this.#options.clock.now();
        void this.#send(this.#options.hello());
        break;
      case 'serve':
        this.#socket?.expect(false);
        if (this.#session === undefined) break;
        this.#options.listener.opened(this.#session);
        for (const waiter of this.#waiters.splice(0)) waiter.resolve(this.#session);
        break;
      case 'wait':
        this.#wait = new AbortController();
        void this.#options.clock.sleep(effect.ms, this.#wait.signal).then(
          () => this.#dispatch({ on: 'due' }),
          () => undefined,
        );
        break;
      case 'cancelWait':
        this.#wait.abort();
        break;
      case 'close':
        this.#release((socket) => socket.close());
        break;
      case 'drop':
        this.#release((socket) => socket.drop());
        break;
    }
  }

  async #dial(generation: number): Promise<void> {
    const { identity, ca, proxy, clock } = this.#options;
    const token = await upgradeToken(identity, this.#relayClock.now());
    if (generation !== this.#generation) return;
    const current = (act: () => void) => {
      if (generation === this.#generation) act();
    };
    this.#socket = new LinkSocket(
      { url: this.#url, token, ca, proxy, clock, liveness: this.#options.liveness ?? livenessLimits },
      {
        opened: () => current(() => this.#dispatch({ on: 'opened' })),
        frame: (frame) => current(() => this.#take(frame)),
        ponged: (ms) => current(() => this.#options.listener.answered?.(ms)),
        ended: (end) => current(() => this.#ended(end)),
      },
    );
  }

  #take(frame: Frame): void {
    try {
      this.#handle(decodeFrame(frame, relayMessageSchema));
    } catch (error) {
      // Reported to the other side and otherwise ignored: a message that we cannot use is no reason to lose the
      // connection.
      const { code, message, retry } = toHallpassError(error);
      void this.#send({ type: 'error', code, message, retry });
    }
  }

  #handle(message: RelayMessage): void {
    const { listener } = this.#options;
    switch (message.type) {
      case 'welcome':
        this.#welcome(message);
        break;
      case 'drain':
        this.#session?.drain();
        this.#dispatch({ on: 'drain', reconnectAfterMs: message.reconnectAfterMs });
        listener.draining();
        break;
      case 'throttle':
        listener.throttled(message.waitMs);
        break;
      case 'error':
        this.#socket?.explain(message.message);
        listener.errorReported(message);
        break;
      case 'command':
        listener.command(message, this.#running(message.type));
        break;
      default:
        this.#running(message.type).handle(message);
    }
  }

  #welcome(welcome: Extract<RelayMessage, { type: 'welcome' }>): void {
    if (this.#model.state !== 'greeting') {
      throw fail('LINK_OUT_OF_ORDER', { type: 'welcome', reason: 'there was one already' });
    }
    if (welcome.protocol !== protocolVersion) {
      const error = fail('PROTOCOL_UNSUPPORTED', { agent: protocolVersion, relay: welcome.protocol });
      this.#ended({ error, final: true });
      return;
    }
    this.#hear(Date.parse(welcome.serverTime));
    const socket = this.#socket;
    this.#session = new Session(welcome, {
      send: (message) => this.#send(message),
      expect: (something) => socket?.expect(something),
    });
    this.#dispatch({ on: 'welcomed', ...this.#timed() });
    this.#options.listener.answered?.(this.#options.clock.now() - this.#greetedAt);
  }

  #running(type: string): Session {
    if (this.#session !== undefined) return this.#session;
    throw fail('LINK_OUT_OF_ORDER', { type, reason: 'it came before welcome' });
  }

  async #send(message: AgentMessage): Promise<void> {
    const frame = encodeFrame(message);
    this.#options.meter.add('bytesSent', Buffer.byteLength(frame.data));
    await this.#socket?.send(frame);
  }

  #ended(given: SocketEnd): void {
    const end = given.error.code === 'AGENT_REPLACED' ? this.#replaced(given) : given;
    this.#why = end.error;
    // A refusal because of the clock carries the relay's time, so the next token is right: retry once even when there
    // should be only a single attempt.
    const corrected = this.#hear(end.relayTime) && end.error.code === 'AGENT_TOKEN_INVALID';
    const final = end.final || !(this.#options.persistent || corrected);
    if (final) this.#dispatch({ on: 'refused' });
    else {
      const isAlive = end.error.code === 'RELAY_BUSY' && end.retryAfterMs !== undefined;
      this.#dispatch({ on: 'lost', ...this.#timed(), retryAfterMs: end.retryAfterMs, isAlive });
    }
    this.#options.listener.ended({ ...end, final });
    if (final) this.#rejectWaiters();
  }

  /** Returns true when the relay's time is new and changes the tokens. */
  #hear(relayTime: number | undefined): boolean {
    const ms = this.#relayClock.hear(relayTime);
    if (ms !== undefined) this.#options.listener.clockCorrected?.(ms);
    return ms !== undefined;
  }

  /**
   * A single time is a restart or a mistake. Repeatedly means a copy, with which this agent must not compete all day.
   */
  #replaced(end: SocketEnd): SocketEnd {
    const now = this.#options.clock.now();
    const isAgain = Math.abs(now - this.#replacements.at) < forgetReplacementMs;
    const count = isAgain ? this.#replacements.count + 1 : 1;
    this.#replacements = { count, at: now };
    const retryAfterMs = Math.min(longestReplacedMs, firstReplacedMs * 2 ** (count - 1));
    return { ...end, retryAfterMs, error: count === 1 ? end.error : fail('AGENT_COPIED', { count }) };
  }

  #release(goodbye: (socket: LinkSocket) => void): void {
    this.#generation += 1;
    if (this.#socket !== undefined) goodbye(this.#socket);
    this.#socket = undefined;
    this.#session?.close(this.#why);
    this.#session = undefined;
  }

  #rejectWaiters(): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#why);
  }

  #timed() {
    return { now: this.#options.clock.now(), random: this.#options.random() };
  }
}
