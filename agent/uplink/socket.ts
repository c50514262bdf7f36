/**
 * One WebSocket to the relay, from opening it to its end. It reports exactly one end, with the reason as a catalog
 * error, and nothing after that: ws may still deliver messages that were buffered when a socket was given up.
 */
import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { retryAfterMs } from '../../shared/backoff.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { fail, type HallpassError, reasonOf } from '../../shared/errors.ts';
import type { Frame } from '../../shared/frames.ts';
import { closeCodes, limits, protocolVersion, subprotocol } from '../../shared/link.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import { peerOf } from '../network/certificate.ts';
import { wsAgent } from '../network/connector.ts';
import { connectFailure } from '../network/failure.ts';
import type { Way } from '../network/proxy.ts';
import { interception } from './interception.ts';
import { examine, type LivenessLimits } from './liveness.ts';
import { plainStatus, readRefusal, relayError } from './refusal.ts';

/** With more than this waiting, nothing gets through; further data would only fill memory. */
const maxBufferedBytes = 1 << 20;
const handshakeTimeoutMs = 15_000;
/** Meanwhile someone may accept the server; in milliseconds. */
const sourceRetryMs = 60_000;

export interface SocketOptions extends Way {
  url: URL;
  token: string;
  clock: Clock;
  liveness: LivenessLimits;
}

export interface SocketListener {
  opened(): void;
  /** Synchronous on purpose: frames are handled in the order of arrival. */
  frame(frame: Frame): void;
  /** A ping was answered after this many milliseconds. */
  ponged(ms: number): void;
  ended(end: SocketEnd): void;
}

export interface SocketEnd {
  error: HallpassError;
  /** True when the relay refuses this agent, and coming back would not change that. */
  final: boolean;
  retryAfterMs?: number | undefined;
  /** The relay's time when it refused, in milliseconds since the epoch. */
  relayTime?: number | undefined;
}

export class LinkSocket {
  readonly #ws: WebSocket;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #listener: SocketListener;
  readonly #limits: LivenessLimits;
  readonly #watch: Loop;
  readonly #dialing = new AbortController();
  #heardAt: number;
  #pingedAt: number;
  #owedSince: number | undefined;
  #ended = false;
  #explanation = 'it does not say why.';

  constructor({ url, token, ca, proxy, clock, liveness }: SocketOptions, listener: SocketListener) {
    this.#url = url.href;
    this.#clock = clock;
    this.#listener = listener;
    this.#limits = liveness;
    this.#heardAt = clock.now();
    this.#pingedAt = this.#heardAt;
    this.#ws = new WebSocket(url, [subprotocol], {
      headers: { authorization: `Bearer ${token}` },
      agent: wsAgent(url, { ca, proxy }, this.#dialing.signal),
      perMessageDeflate: false,
      maxPayload: limits.maxFrameBytes,
      handshakeTimeout: handshakeTimeoutMs,
    });
    this.#watch = this.#startWatch(Math.min(5000, liveness.pingMs));
    this.#listen();
  }

  /** Resolves when the frame has been sent, or at once while little is waiting. Never rejects: the end is reported. */
  send(frame: Frame): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ws.send(frame.data, { binary: frame.binary }, () => resolve());
    return this.#ws.bufferedAmount > maxBufferedBytes ? promise : Promise.resolve();
  }

  /** The relay owes us something from now on, or has just sent part of it. */
  expect(something: boolean): void {
    this.#owedSince = something ? this.#clock.now() : undefined;
  }

  /** The last problem that the relay reported. */
  explain(sentence: string): void {
    this.#explanation = sentence;
  }

  /** Says goodbye. No end is reported. */
  close(): void {
    this.#finish();
    this.#ws.close(1000);
    // ws itself cuts off a peer that does not answer the close frame, but only after 30 s.
    setTimeout(() => this.#ws.terminate(), 2000).unref();
  }

  /** Cuts the connection. No end is reported. */
  drop(): void {
    this.#finish();
    this.#ws.terminate();
  }

  #listen(): void {
    const heard = () => {
      this.#heardAt = this.#clock.now();
    };
    this.#ws.on('open', () => {
      heard();
      if (!this.#ended) this.#listener.opened();
    });
    this.#ws.on('message', (data, binary) => {
      heard();
      if (!this.#ended) this.#listener.frame({ data: toBuffer(data), binary });
    });
    this.#ws.on('ping', heard);
    this.#ws.on('pong', () => {
      heard();
      if (!this.#ended) this.#listener.ponged(this.#heardAt - this.#pingedAt);
    });
    this.#ws.on('unexpected-response', (_request, response) => void this.#refused(response));
    // Stays for the socket's life: ws also emits an error when a socket is closed while it connects.
    this.#ws.on('error', (error) => this.#end(this.#fromError(error)));
    this.#ws.on('close', (code, reason) => this.#end(this.#fromClose(code, reason.toString())));
  }

  /** Ticks in real time; elapsed time is measured by the given clock. */
  #startWatch(pauseMs: number): Loop {
    return startLoop({
      turn: async () => this.#check(),
      begin: 'after a pause',
      pauseMs,
      backoff: { baseMs: pauseMs, capMs: pauseMs },
      failed: (error) => {
        this.#end({ error, final: false });
        this.#ws.terminate();
      },
      clock: systemClock,
      random: Math.random,
    });
  }

  #check(): void {
    // Until it is open, the handshake has its own limit.
    if (this.#ws.readyState === WebSocket.CONNECTING) return;
    const liveness = { heardAt: this.#heardAt, pingedAt: this.#pingedAt, owedSince: this.#owedSince };
    const finding = examine(liveness, this.#limits, this.#clock.now());
    if (finding === 'well') return;
    if (finding === 'ping') {
      this.#pingedAt = this.#clock.now();
      if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
      return;
    }
    const reason = finding === 'silent' ? 'the relay no longer answers' : 'the relay no longer acknowledges';
    this.#end({ error: fail('LINK_LOST', { url: this.#url, reason }), final: false });
    this.#ws.terminate();
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const { statusCode: status = 0, headers } = response;
    const peer = peerOf(response.socket);
    // The relay explains itself in JSON; a proxy that answers in its place does not.
    const refusal = await readRefusal(response);
    const retryAfter = retryAfterMs(headers['retry-after'], this.#clock.now());
    const intercepted = interception(this.#url, { status, headers, refusal, peer });
    if (intercepted !== undefined) this.#end({ error: intercepted, final: false, retryAfterMs: retryAfter });
    else if (refusal.code === 'PROTOCOL_UNSUPPORTED' || status === 426) this.#end(this.#versionMismatch());
    else {
      const error =
        refusal.code === undefined
          ? fail('RELAY_REFUSED', { url: this.#url, status: plainStatus(status, headers) }, waiting(retryAfter))
          : relayError(this.#url, status, refusal, retryAfter);
      const relayTime = Date.parse(headers.date ?? '');
      this.#end({ error, final: error.code === 'AGENT_UNKNOWN', retryAfterMs: retryAfter, relayTime });
    }
    this.#ws.terminate();
  }

  #fromError(error: Error): SocketEnd {
    if (this.#ws.protocol === '') return { error: connectFailure('relay', this.#url, error), final: false };
    const reason = reasonOf(error);
    return { error: fail('LINK_LOST', { url: this.#url, reason }, { cause: error }), final: false };
  }

  #fromClose(code: number, reason: string): SocketEnd {
    switch (code) {
      case closeCodes.revoked:
        return { error: fail('AGENT_UNKNOWN', { url: this.#url }), final: true };
      case closeCodes.replaced:
        return { error: fail('AGENT_REPLACED', {}), final: false };
      case closeCodes.version:
        return this.#versionMismatch();
      case closeCodes.source:
        return {
          error: fail('SOURCE_REFUSED', { reason: this.#explanation }),
          final: false,
          retryAfterMs: sourceRetryMs,
        };
      default: {
        // Nobody sends 1006: it means that the connection ended without a close frame (RFC 6455 §7.1.5).
        const how = code === 1006 ? 'it broke off' : 'it was closed';
        const why = `${how} (code ${code}${reason === '' ? '' : `, ${reason}`})`;
        return { error: fail('LINK_LOST', { url: this.#url, reason: why }), final: false };
      }
    }
  }

  #versionMismatch(): SocketEnd {
    return { error: fail('PROTOCOL_UNSUPPORTED', { agent: protocolVersion, relay: 'other' }), final: true };
  }

  #end(end: SocketEnd): void {
    if (this.#ended) return;
    this.#finish();
    this.#listener.ended(end);
  }

  #finish(): void {
    this.#ended = true;
    this.#dialing.abort();
    this.#watch.stop();
  }
}

function toBuffer(data: WebSocket.RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

function waiting(retryAfterMs: number | undefined) {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}
