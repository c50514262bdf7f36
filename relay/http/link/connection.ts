/**
 * One agent's socket: frames in, one at a time, with the socket paused meanwhile, so that memory is bounded by what TCP
 * has in flight; frames out; and a watchdog for lines that died without saying so.
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
/** Intervals after which the line counts as dead: silent ones, or such in which the peer took nothing of what is sent. */
const maxMissed = 2;
/** JSON up to this length needs no room (room.ts). */
const shortBytes = 64 * 1024;

/** Errors that cost a message, not the connection. */
const harmless: ReadonlySet<ErrorCode> = new Set([
  'FRAME_MALFORMED',
  'FRAME_TOO_LARGE',
  'FRAME_TOO_COMPLEX',
  'MESSAGE_UNKNOWN',
  'RECORDS_NOT_WANTED',
]);
/** Points for what cannot be used (conduct.ts); a message of a newer version is nobody's fault. */
const pointsFor: Partial<Record<ErrorCode, number>> = {
  FRAME_TOO_LARGE: 5,
  FRAME_TOO_COMPLEX: 5,
  LINK_OUT_OF_ORDER: 5,
  MESSAGE_UNKNOWN: 0.2,
};
/** A point besides for so much work on it, milliseconds. */
const msPerPoint = 50;
/** Pings and pongs at once, and how many come back in a second; an agent sends one of each in 25 seconds. */
const mostSigns = 200;
const signsPerMs = 5 / 1000;
/** Below this a message is on its way; above it the next one waits, so that a peer that does not read fills no memory. */
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
  /** Counts what could not be used; true when the connection has to end. */
  strike(points: number): boolean;
  /** The connection is ended for something that no agent does. */
  misused(): void;
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
  /** Messages for which the peer has no room yet. */
  #stuck = 0;
  /** Messages that are on their way. */
  #written = 0;
  /** Long messages that are being compressed, with those that follow them; undefined when there are none. */
  #packing: Promise<void> | undefined;
  #isInRoom = false;
  /** What the message in work has cost so far. */
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

  /** Resolves when the socket is closed and the message in work is done. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Who gets the messages; to be called before the first one can arrive. */
  receive(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Resolves when there is room for more. A connection that is gone takes it silently. */
  async send(message: RelayMessage): Promise<void> {
    const { left } = await this.#write(message);
    if (this.#socket.bufferedAmount > bufferedEnough) await this.#taken(left);
  }

  /** The same for the receiver: while it waits for compression or for the peer to read, the other agents have their turns. */
  async reply(message: RelayMessage): Promise<void> {
    const writing = this.#write(message);
    const { left } = this.#packing === undefined ? await writing : await this.#outOfTurn(() => writing);
    if (this.#socket.bufferedAmount <= bufferedEnough) return;
    this.#leaveRoom();
    await this.#outOfTurn(() => this.#taken(left));
  }

  /** In the middle of long work: lets the other agents have their turns. */
  async pass(): Promise<void> {
    await this.#outOfTurn(async () => undefined);
  }

  /** Does long work, and lets the other agents have their turns every few milliseconds. @throws when the line is gone */
  async inParts<T>(work: InParts<T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
      if (!this.#options.turns.isLong) continue;
      await this.pass();
      this.#ended.signal.throwIfAborted();
    }
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

  /**
   * Sends messages in the order of calls; a short one at once, unless a long one is before it.
   *
   * @returns `left`: resolves when it has left
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

  /** False when there are too many of them: ws itself would cut the line without a word. */
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

  /** @throws HallpassError what is wrong with the frame, or what the receiver says */
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

  /** Tells the agent why, and closes. */
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
    // What is ours to answer for, such as a database that is away, is not counted.
    const counts = harmless.has(error.code) || error.code === 'LINK_OUT_OF_ORDER';
    const isTooMuch = counts && this.#options.strike((pointsFor[error.code] ?? 1) + ms / msPerPoint);
    if (isTooMuch) return await this.#end(`it sends too much that cannot be used, last ${error.code}`);
    this.#options.log[bug ? 'error' : 'warn']({ event: 'agent.refused', code: error.code, ...(bug && { err: error }) });
    // The cause of a bug may quote the data it stumbled over: it stays in our log.
    const message = bug ? 'Something unexpected happened in the relay.' : error.message;
    await this.send({ type: 'error', code: error.code, message: message.slice(0, 2000), retry: error.retry });
    if (!harmless.has(error.code)) this.close(closing[error.code] ?? closeUnexpected, error.code);
  }

  /**
   * Any traffic is life, and so is our own work: a paused socket cannot hear the pong. A peer that reads nothing of what we
   * have to tell it is not.
   */
  #watch(): void {
    const { clock, random, pingMs, log } = this.#options;
    let missed = 0;
    let intervals = 0;
    let before = { written: 0, held: 0 };
    const loop = startLoop({
      turn: async () => {
        intervals += 1;
        // An agent that proved itself and then says nothing holds a place for nothing.
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

/** The JSON of a frame when it is short; undefined when it is longer, whatever it is then. */
function unpackShort(frame: Frame): Buffer | undefined {
  try {
    return unpackFrame(frame, shortBytes);
  } catch (error) {
    if (error instanceof HallpassError && error.code === 'FRAME_TOO_LARGE') return undefined;
    throw error;
  }
}
