/**
 * One agent's socket: frames in, one at a time, with the socket paused meanwhile, so that memory is bounded by what TCP
 * has in flight; frames out; and a watchdog for connections that died silently.
 */
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../shared/clock.ts';
import { type ErrorCode, fail, HallpassError } from '../../../shared/errors.ts';
import { decodeJson, encodeFrameAside, type Frame, unpackFrame, unpackFrameAside } from '../../../shared/frames.ts';
import type { InParts } from '../../../shared/in-parts.ts';
import { type AgentMessage, agentMessageSchema, closeCodes, type RelayMessage } from '../../../shared/link.ts';
import { startLoop } from '../../../shared/service.ts';
import { toHallpassError } from '../../../shared/terminal.ts';
import type { Room } from './room.ts';
import type { Share, Turns } from './turns.ts';

/** RFC 6455 close code for "the server met an unexpected condition". */
const closeUnexpected = 1011;
/** How long the peer may take over its half of the closing handshake, milliseconds. */
const closeTimeoutMs = 3000;
/**
 * Intervals after which the connection counts as dead: without any traffic, or in which the peer read nothing of what is
 * sent.
 */
const maxMissed = 2;
/** Messages up to this length need not enter the room (room.ts). */
const shortBytes = 64 * 1024;

/** Errors that drop a message and keep the connection. */
const harmless: ReadonlySet<ErrorCode> = new Set([
  'FRAME_MALFORMED',
  'FRAME_TOO_LARGE',
  'FRAME_TOO_COMPLEX',
  'MESSAGE_UNKNOWN',
  'RECORDS_NOT_WANTED',
]);
/** Points for invalid messages (conduct.ts); a message type of a newer version costs none. */
const pointsFor: Partial<Record<ErrorCode, number>> = {
  FRAME_TOO_LARGE: 5,
  FRAME_TOO_COMPLEX: 5,
  LINK_OUT_OF_ORDER: 5,
  MESSAGE_UNKNOWN: 0.2,
};
/** Milliseconds of work on an invalid message that cost another point. */
const msPerPoint = 50;
/** Pings and pongs allowed at once, and how many are restored per second; an agent sends one of each in 25 seconds. */
const mostSigns = 200;
const signsPerMs = 5 / 1000;
/** Bytes that may be buffered before the next message waits, so a peer that does not read cannot fill the memory. */
const bufferedEnough = 256 * 1024;
const closing: Partial<Record<ErrorCode, number>> = {
  LINK_OUT_OF_ORDER: closeCodes.protocol,
  PROTOCOL_UNSUPPORTED: closeCodes.version,
  SOURCE_OTHER: closeCodes.source,
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
  /** A number in [0, 1). */
  random(): number;
  turns: Turns;
  room: Room;
  share: Share;
  /** Counts something invalid; true if the connection has to end. */
  strike(points: number): boolean;
  /** The connection ends because of something that no agent does. */
  misused(): void;
}

export class Connection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  /** Aborted as soon as no more messages are accepted from the peer. */
  readonly #gone = new AbortController();
  /** Aborted when the socket is closed. */
  readonly #ended = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  #receiver: Receiver | undefined;
  /** Bounded by the one chunk that the socket had read before it was paused. */
  #waiting: Frame[] = [];
  #working: Promise<void> | undefined;
  #heard = true;
  /** Messages that wait because the peer is not reading. */
  #stuck = 0;
  /** Messages handed to the socket. */
  #written = 0;
  /** Long messages being compressed, and those behind them; undefined if there are none. */
  #packing: Promise<void> | undefined;
  #isInRoom = false;
  /** The cost of the message in progress so far. */
  #cost = { ms: 0, bytes: 0 };
  #signs = { left: mostSigns, at: 0 };

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    // For the socket's whole life: an 'error' without a listener would end the process.
    socket.on('error', (error) => options.log.debug({ event: 'agent.socket-error', reason: error.message }));
    socket.on('close', () => this.#onClose());
    socket.on('pong', () => this.#onSign());
    socket.on('ping', (data) => {
      if (this.#onSign()) socket.pong(data);
    });
    socket.on('message', (data, binary) => {
      this.#onTraffic();
      if (this.#gone.signal.aborted) return;
      this.#waiting.push({ data: data as Buffer, binary });
      this.#working ??= this.#work();
    });
    this.#watch();
  }

  /** Resolves when the socket is closed and the message in progress is done. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Sets the receiver of messages; call it before the first one can arrive. */
  receive(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Resolves when there is room for more. On a closed connection, the message is dropped silently. */
  async send(message: RelayMessage): Promise<void> {
    const { left } = await this.#write(message);
    if (this.#socket.bufferedAmount > bufferedEnough) await this.#taken(left);
  }

  /** The same for the receiver: while it waits for compression or for the peer to read, other agents get their turns. */
  async reply(message: RelayMessage): Promise<void> {
    const writing = this.#write(message);
    const { left } = this.#packing === undefined ? await writing : await this.#outOfTurn(() => writing);
    if (this.#socket.bufferedAmount <= bufferedEnough) return;
    this.#leaveRoom();
    await this.#outOfTurn(() => this.#taken(left));
  }

  /** During long work: gives the other agents their turns. */
  async pass(): Promise<void> {
    await this.#outOfTurn(async () => undefined);
  }

  /**
   * Does long work, and gives the other agents their turns every few milliseconds. @throws when the connection is gone
   */
  async inParts<T>(work: InParts<T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
      if (!this.#options.turns.isLong) continue;
      await this.pass();
      this.#ended.signal.throwIfAborted();
    }
  }

  /** Stops accepting messages at once, and closes with a code and a reason for people. */
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

  /**
   * Sends messages in the order of calls; a short one at once, unless a long one precedes it.
   *
   * @returns `left`: resolves when the socket has it
   */
  async #write(message: RelayMessage): Promise<{ left: Promise<void> }> {
    const frame = encodeFrameAside(message);
    const before = this.#packing;
    if (before === undefined && !(frame instanceof Promise)) return { left: this.#put(frame) };
    const put = Promise.all([frame, before]).then(([done]) => ({ left: this.#put(done) }));
    const packing = put.then(
      () => undefined,
      () => undefined,
    );
    this.#packing = packing;
    try {
      return await put;
    } finally {
      if (this.#packing === packing) this.#packing = undefined;
    }
  }

  #put({ data, binary }: Frame): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve();
    return new Promise<void>((resolve) => {
      this.#socket.send(data, { binary }, () => {
        this.#written += 1;
        resolve();
      });
    });
  }

  /** False if there are too many of them: ws itself would cut the connection without an error message. */
  #onSign(): boolean {
    this.#onTraffic();
    if (this.#gone.signal.aborted) return false;
    const now = this.#options.clock.now();
    const passed = Math.max(0, now - this.#signs.at);
    this.#signs = { left: Math.min(mostSigns, this.#signs.left + passed * signsPerMs) - 1, at: now };
    if (this.#signs.left >= 0) return true;
    this.#options.misused();
    void this.#end('it sends too many pings');
    return false;
  }

  #onClose(): void {
    this.#gone.abort();
    this.#ended.abort();
    this.#waiting = [];
    void (this.#working ?? Promise.resolve()).then(() => this.#closed.resolve());
  }

  async #taken(left: Promise<void>): Promise<void> {
    this.#stuck += 1;
    await left;
    this.#stuck -= 1;
  }

  async #outOfTurn<T>(work: () => Promise<T>): Promise<T> {
    const { turns, share } = this.#options;
    this.#cost.ms += turns.end(share);
    try {
      return await work();
    } finally {
      await turns.begin(share);
    }
  }

  #leaveRoom(): void {
    if (!this.#isInRoom) return;
    this.#isInRoom = false;
    this.#options.room.leave();
  }

  /** @throws HallpassError a fault of the frame, or an error of the receiver */
  async #take(frame: Frame): Promise<void> {
    const json = unpackShort(frame) ?? (await this.#outOfTurn(() => this.#unpackLong(frame)));
    this.#cost.bytes += json.length;
    this.#ended.signal.throwIfAborted();
    await this.#receiver?.handle(await this.inParts(decodeJson(json, agentMessageSchema)));
  }

  async #unpackLong(frame: Frame): Promise<Buffer> {
    await this.#options.room.enter(this.#options.share);
    this.#isInRoom = true;
    this.#ended.signal.throwIfAborted();
    return await unpackFrameAside(frame);
  }

  async #work(): Promise<void> {
    const { turns, share } = this.#options;
    this.#socket.pause();
    for (let frame = this.#waiting.shift(); frame !== undefined; frame = this.#waiting.shift()) {
      await turns.begin(share);
      this.#cost = { ms: 0, bytes: Buffer.byteLength(frame.data) };
      let refused: HallpassError | undefined;
      try {
        if (!this.#gone.signal.aborted) await this.#take(frame);
      } catch (error) {
        refused = toHallpassError(error);
      }
      this.#leaveRoom();
      const ms = this.#cost.ms + turns.end(share, this.#cost.bytes);
      if (refused !== undefined) await this.#refuse(refused, ms);
    }
    this.#working = undefined;
    this.#socket.resume();
  }

  /** Sends the error to the agent, and closes. */
  async #end(reason: string): Promise<void> {
    const { code, message, retry } = fail('LINK_LIMIT_EXCEEDED', { reason });
    this.#options.log.warn({ event: 'agent.ended', code, reason });
    this.#waiting = [];
    this.#gone.abort();
    const sent = this.send({ type: 'error', code, message, retry });
    if (this.#packing !== undefined) await this.#packing;
    this.close(closeCodes.protocol, code);
    await sent;
  }

  async #refuse(error: HallpassError, ms: number): Promise<void> {
    if (this.#gone.signal.aborted) return;
    const bug = error.code === 'UNEXPECTED';
    // Faults of the relay, such as an unavailable database, are not counted.
    const counts = harmless.has(error.code) || error.code === 'LINK_OUT_OF_ORDER';
    const isTooMuch = counts && this.#options.strike((pointsFor[error.code] ?? 1) + ms / msPerPoint);
    if (isTooMuch) return await this.#end(`it sends too many invalid messages, last ${error.code}`);
    this.#options.log[bug ? 'error' : 'warn']({ event: 'agent.refused', code: error.code, ...(bug && { err: error }) });
    // The cause of a bug may quote the data that triggered it, so it stays in our log.
    const message = bug ? 'Something unexpected happened in the relay.' : error.message;
    await this.send({ type: 'error', code: error.code, message: message.slice(0, 2000), retry: error.retry });
    if (!harmless.has(error.code)) this.close(closing[error.code] ?? closeUnexpected, error.code);
  }

  /**
   * Any traffic shows that the peer is alive. Our own work counts too, because a paused socket cannot receive the pong. A
   * peer that reads nothing of what we send counts as dead.
   */
  #watch(): void {
    const { clock, random, pingMs, log } = this.#options;
    let missed = 0;
    let intervals = 0;
    let before = { written: 0, held: 0 };
    const loop = startLoop({
      turn: async () => {
        intervals += 1;
        // An authenticated agent that never says hello holds a place for nothing.
        if (intervals >= maxMissed && this.#receiver?.greeted !== true) {
          return this.close(closeCodes.protocol, 'LINK_OUT_OF_ORDER');
        }
        const { bufferedAmount: held } = this.#socket;
        const isRead = this.#stuck === 0 || this.#written > before.written || held < before.held;
        before = { written: this.#written, held };
        missed = this.#heard || (this.#working !== undefined && isRead) ? 0 : missed + 1;
        if (missed >= maxMissed) {
          loop.stop();
          return this.#socket.terminate();
        }
        this.#heard = false;
        this.#socket.ping();
      },
      begin: 'after a pause',
      pauseMs: pingMs,
      backoff: { baseMs: pingMs, capMs: pingMs },
      failed: (error) => {
        log.error({ event: 'agent.socket-error', reason: error.message, err: error.cause });
        this.#socket.terminate();
      },
      clock,
      random,
      signal: this.#gone.signal,
    });
  }
}

/** The JSON of a short frame; undefined for a longer one. */
function unpackShort(frame: Frame): Buffer | undefined {
  try {
    return unpackFrame(frame, shortBytes);
  } catch (error) {
    if (error instanceof HallpassError && error.code === 'FRAME_TOO_LARGE') return undefined;
    throw error;
  }
}
