/**
 * One agent's socket: frames in, one at a time, with the socket paused meanwhile, so that memory is bounded by what TCP
 * has in flight; frames out; and a watchdog for lines that died without saying so.
 */
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Clock } from '../../shared/clock.ts';
import type { ErrorCode, HallpassError } from '../../shared/errors.ts';
import {
  type AgentMessage,
  agentMessageSchema,
  closeCodes,
  decodeFrame,
  encodeFrame,
  type Frame,
  type RelayMessage,
} from '../../shared/link.ts';
import { toHallpassError } from '../../shared/terminal.ts';

/** RFC 6455 close code for "the server met an unexpected condition". */
const closeUnexpected = 1011;
/** How long the peer may take over its half of the closing handshake, milliseconds. */
const closeTimeoutMs = 3000;
/** Silent intervals after which the line counts as dead. */
const maxMissed = 2;

/** Errors that cost a message, not the connection. */
const harmless: ReadonlySet<ErrorCode> = new Set(['FRAME_MALFORMED', 'FRAME_TOO_LARGE', 'MESSAGE_UNKNOWN']);
const closing: Partial<Record<ErrorCode, number>> = {
  LINK_OUT_OF_ORDER: closeCodes.protocol,
  PROTOCOL_UNSUPPORTED: closeCodes.version,
};

export interface Receiver {
  handle(message: AgentMessage): Promise<void>;
  /** True after hello. */
  readonly greeted: boolean;
}

export interface ConnectionOptions {
  clock: Clock;
  log: Logger;
  /** Between two pings, milliseconds. */
  pingMs: number;
}

export class Connection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  /** Aborted as soon as nothing more is taken from the peer. */
  readonly #gone = new AbortController();
  /** Aborted when the socket is closed. */
  readonly #ended = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  #receiver: Receiver | undefined;
  /** Bounded by the one chunk that the socket had read before it was paused. */
  #waiting: Frame[] = [];
  #working: Promise<void> | undefined;
  #heard = true;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    // For the socket's whole life: an 'error' without a listener would end the process.
    socket.on('error', (error) => options.log.debug({ event: 'agent.socket-error', reason: error.message }));
    socket.on('close', () => this.#onClose());
    for (const sign of ['ping', 'pong'] as const) socket.on(sign, () => this.#onTraffic());
    socket.on('message', (data, binary) => {
      this.#onTraffic();
      if (this.#gone.signal.aborted) return;
      this.#waiting.push({ data: data as Buffer, binary });
      this.#working ??= this.#work();
    });
    void this.#watch();
  }

  /** Resolves when the socket is closed and the message in work is done. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Who gets the messages; to be called before the first one can arrive. */
  receive(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Resolves when the frame has left for the network. A connection that is gone takes it silently. */
  send(message: RelayMessage): Promise<void> {
    const { data, binary } = encodeFrame(message);
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve();
    return new Promise((resolve) => this.#socket.send(data, { binary }, () => resolve()));
  }

  /** Stops taking messages, at once, and closes with a code and a reason for people. */
  close(code: number, reason: string): void {
    this.#gone.abort();
    this.#waiting = [];
    this.#socket.close(code, reason.slice(0, 120));
    // A paused socket would never read the peer's half of the closing handshake.
    this.#socket.resume();
    this.#options.clock.sleep(closeTimeoutMs, this.#ended.signal).then(
      () => this.#socket.terminate(),
      () => undefined,
    );
  }

  #onTraffic(): void {
    this.#heard = true;
  }

  #onClose(): void {
    this.#gone.abort();
    this.#ended.abort();
    this.#waiting = [];
    void (this.#working ?? Promise.resolve()).then(() => this.#closed.resolve());
  }

  async #work(): Promise<void> {
    this.#socket.pause();
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      try {
        await this.#receiver?.handle(decodeFrame(frame, agentMessageSchema));
      } catch (error) {
        await this.#refuse(toHallpassError(error));
      }
    }
    this.#working = undefined;
    this.#socket.resume();
  }

  async #refuse(error: HallpassError): Promise<void> {
    if (this.#gone.signal.aborted) return;
    const bug = error.code === 'UNEXPECTED';
    this.#options.log[bug ? 'error' : 'warn']({ event: 'agent.refused', code: error.code, ...(bug && { err: error }) });
    // The cause of a bug may quote the data it stumbled over: it stays in our log.
    const message = bug ? 'Something unexpected happened in the relay.' : error.message;
    await this.send({ type: 'error', code: error.code, message: message.slice(0, 2000), retry: error.retry });
    if (!harmless.has(error.code)) this.close(closing[error.code] ?? closeUnexpected, error.code);
  }

  /** Any traffic is life, and so is our own work: a paused socket cannot hear the pong. */
  async #watch(): Promise<void> {
    const { clock, pingMs } = this.#options;
    const { signal } = this.#gone;
    let missed = 0;
    let intervals = 0;
    try {
      for (;;) {
        await clock.sleep(pingMs, signal);
        intervals += 1;
        // An agent that proved itself and then says nothing holds a place for nothing.
        if (intervals >= maxMissed && this.#receiver?.greeted !== true) {
          return this.close(closeCodes.protocol, 'LINK_OUT_OF_ORDER');
        }
        missed = this.#heard || this.#working !== undefined ? 0 : missed + 1;
        if (missed >= maxMissed) return this.#socket.terminate();
        this.#heard = false;
        this.#socket.ping();
      }
    } catch {
      // The signal: the connection is gone.
    }
  }
}
