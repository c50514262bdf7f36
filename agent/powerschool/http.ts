/**
 * HTTP to one PowerSchool server, with its own timeouts and limits and a minimum interval between requests. Never
 * follows a redirect, because a server in maintenance redirects to a page that answers 200.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Pool } from 'undici';
import type { Clock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import type { Meter } from '../model/meter.ts';
import { undiciConnector } from '../network/connector.ts';
import { connectFailure } from '../network/failure.ts';
import type { Way } from '../network/proxy.ts';
import { openPool, requestBy } from '../network/requests.ts';

/** The largest answer that is read; a page of 20,000 wide rows has about 8 MB. */
const maxAnswerBytes = 64 << 20;

export interface HttpOptions extends Way {
  origin: URL;
  minIntervalMs: number;
  clock: Clock;
  meter: Meter;
  /** How long headers and each part of a body may take, in milliseconds. A probe of a large district takes seconds. */
  timeoutMs?: number | undefined;
}

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export class PowerSchoolHttp {
  readonly origin: string;
  readonly #pool: Pool;
  readonly #minIntervalMs: number;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #closing = new AbortController();
  #last: Promise<number> = Promise.resolve(Number.NEGATIVE_INFINITY);
  #skewMs = 0;

  constructor({ origin, ca, proxy, minIntervalMs, clock, meter, timeoutMs = 60_000 }: HttpOptions) {
    this.origin = origin.origin;
    this.#minIntervalMs = minIntervalMs;
    this.#clock = clock;
    this.#meter = meter;
    this.#pool = openPool(origin.origin, {
      connections: 2,
      pipelining: 1,
      connect: undiciConnector(origin, { ca, proxy }, this.#closing.signal),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: maxAnswerBytes,
      // Tomcat drops idle connections after 20 s; with a lower limit, a request never meets a connection that is
      // closing.
      keepAliveTimeout: 10_000,
    });
  }

  /** PowerSchool's clock, in milliseconds since the epoch, from the last Date header. */
  now(): number {
    return this.#clock.now() + this.#skewMs;
  }

  /**
   * One request and its complete answer, whatever its status.
   *
   * @throws HallpassError POWERSCHOOL_UNREACHABLE, POWERSCHOOL_TLS_UNTRUSTED, POWERSCHOOL_TLS_INVALID,
   *   POWERSCHOOL_MAINTENANCE, POWERSCHOOL_MALFORMED, the PROXY_ codes; the signal's reason when aborted
   */
  async request(request: Request): Promise<Answer> {
    const answer = this.#minIntervalMs === 0 ? await this.#retryOnce(request) : await this.#inTurn(request);
    const date = Date.parse(String(answer.headers.date ?? ''));
    if (Number.isFinite(date)) this.#skewMs = date - this.#clock.now();
    if (isWebPage(answer)) throw fail('POWERSCHOOL_MAINTENANCE', { url: this.origin });
    return answer;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#pool.destroy();
  }

  /**
   * Counted from the end of the previous request, so that the time between two arrivals at the server is never shorter.
   */
  async #inTurn(request: Request): Promise<Answer> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#last = promise;
    try {
      const wait = (await before) + this.#minIntervalMs - this.#clock.now();
      if (wait > 0) await this.#clock.sleep(wait, request.signal);
      return await this.#retryOnce(request);
    } finally {
      resolve(this.#clock.now());
    }
  }

  /**
   * The server may close a kept-alive connection just as it is used. All our requests only read, so repeating is safe.
   */
  async #retryOnce(request: Request): Promise<Answer> {
    try {
      return await this.#send(request);
    } catch (error) {
      if (request.signal?.aborted || codeOf(error) !== 'UND_ERR_SOCKET') throw this.#named(error, request.signal);
    }
    if (this.#minIntervalMs > 0) await this.#clock.sleep(this.#minIntervalMs, request.signal);
    try {
      return await this.#send(request);
    } catch (error) {
      throw this.#named(error, request.signal);
    }
  }

  async #send({ method, path, headers, body, signal }: Request): Promise<Answer> {
    this.#meter.add('requests', 1);
    const answer = await requestBy(this.#pool, {
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    this.#meter.add('bytesReceivedFromPowerSchool', bytes.length);
    return { status: answer.statusCode, headers: answer.headers, text: bytes.toString('utf8') };
  }

  #named(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
      const reason = `it is larger than ${maxAnswerBytes} bytes`;
      return fail('POWERSCHOOL_MALFORMED', { url: this.origin, what: 'answer', reason }, { cause: error });
    }
    return connectFailure('powerschool', this.origin, error);
  }
}

/** A 404 keeps its meaning (no such host or query) even as a web page. */
function isWebPage({ status, headers }: Answer): boolean {
  if (status >= 300 && status < 400) return true;
  return status !== 404 && String(headers['content-type'] ?? '').includes('html');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
