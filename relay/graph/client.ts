/**
 * Requests to Graph for one tenant, through Microsoft's client with our own middleware chain: only authentication and
 * transport. The package's retry handler repeats POSTs (and so creates twice), its batch helper is broken on current
 * Node, and it does not encode query values; retrying, batching and encoding are done here, where it is known which
 * calls may be repeated.
 */
import { randomUUID } from 'node:crypto';
import {
  AuthenticationHandler,
  Client,
  type Context,
  GraphClientError,
  type Middleware,
  ResponseType,
} from '@microsoft/microsoft-graph-client';
import type { z } from 'zod';
import { backoffMs, retryAfterMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { fail, HallpassError, passing } from '../../shared/errors.ts';
import { type GraphAnswer, type ReadAnswer, readAs } from './answer.ts';
import { pageOf } from './bodies/object.ts';
import { hasError } from './bodies/refusal.ts';
import type { Cost, RequestBudget } from './budget.ts';
import { connectionReason } from './connection-reason.ts';
import type { Credentials } from './credentials.ts';
import { readRefusal, wordsOf } from './graph-error.ts';
import { fieldsIn, firstWordsOf, isFromGraph, isLinkOf } from './readable.ts';
import { rolesIn } from './roles-in-token.ts';
import type { Transport } from './transport.ts';

/** How many times a read is tried before a run gives up and comes back later. */
const attempts = 6;
const oneUnit: Cost = { units: 1, writes: 0 };

export interface GraphStats {
  requests: number;
  throttled: number;
}

export interface GraphClientOptions {
  baseUrl: string;
  graphTenantId: string;
  credentials: Credentials;
  transport: Transport;
  budget: RequestBudget;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  /** Resolves when the next step may be taken: others may have to go first. */
  giveWay?(): Promise<void>;
}

export class GraphClient {
  readonly stats: GraphStats = { requests: 0, throttled: 0 };
  readonly #options: GraphClientOptions;
  readonly #client: Client;

  constructor(options: GraphClientOptions) {
    this.#options = options;
    const authentication = new AuthenticationHandler({
      getAccessToken: () => carried(options.credentials.token(options.graphTenantId)),
    });
    authentication.setNext(new TransportHandler(options.transport));
    this.#client = Client.initWithMiddleware({
      middleware: authentication,
      baseUrl: `${options.baseUrl}/`,
      customHosts: new Set([new URL(options.baseUrl).hostname]),
    });
  }

  /**
   * Reads a path (`/users/delta?…`, values encoded by the caller) or an absolute next link. Retries temporary failures.
   *
   * @param schema of the body of a 200; any other success is not Graph's answer and is retried, too
   * @throws HallpassError GRAPH_UNREACHABLE, GRAPH_UNREADABLE, GRAPH_ANSWER_UNKNOWN, GRAPH_THROTTLED, GRAPH_DENIED,
   *   GRAPH_FAILED, and those of the sign-in
   */
  async get<T>(path: string, schema: z.ZodType<T>, cost: Cost = oneUnit): Promise<ReadAnswer<T>> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.send('GET', path, undefined, cost)
        .then((got) => readAs(schema, `GET ${pathOnly(path)}`, got))
        .catch(passing);
      if (!(answer instanceof HallpassError) && !passes(answer.status)) return answer;
      const failure = answer instanceof HallpassError ? answer : this.#failureOf(`GET ${pathOnly(path)}`, answer);
      if (attempt + 1 >= attempts) throw failure;
      const { clock, random, signal } = this.#options;
      await clock.sleep(backoffMs({ baseMs: 1000, capMs: 30_000 }, attempt, random(), failure.retryAfterMs), signal);
    }
  }

  /**
   * Sends one request once: it is repeated only with a new token, when Graph no longer accepts the old one (it was
   * revoked, or a clock is wrong), because then nothing has been carried out.
   *
   * @param how `isReserved` if {@link reserve} has waited for it already
   * @throws HallpassError GRAPH_UNREACHABLE when no answer came, GRAPH_UNREADABLE when the answer was not Graph's: the
   *   request may have been carried out.
   */
  async send(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    cost: Cost,
    { isReserved = false } = {},
  ): Promise<GraphAnswer> {
    if (!isReserved) await this.reserve(cost);
    const answer = await this.#sendOnce(method, path, body, cost);
    if (answer.status !== 401) return answer;
    await this.#options.credentials.renew(this.#options.graphTenantId);
    await this.reserve(cost);
    return await this.#sendOnce(method, path, body, cost);
  }

  /** Waits until a request of this cost may be sent, and takes that from the limits. */
  async reserve(cost: Cost): Promise<void> {
    const { budget, signal, giveWay } = this.#options;
    if (cost.isUrgent !== true) await giveWay?.();
    await budget.take(cost, signal);
  }

  async #sendOnce(method: 'GET' | 'POST', path: string, body: unknown, cost: Cost): Promise<GraphAnswer> {
    await this.#options.giveWay?.();
    this.stats.requests += 1;
    const request = this.#client
      .api(path)
      .responseType(ResponseType.RAW)
      .headers({ 'client-request-id': randomUUID(), 'x-ms-throttle-priority': 'Low' });
    let answer: GraphAnswer;
    try {
      const response: Response = await (method === 'GET' ? request.get() : request.post(body));
      answer = answerIn(`${method} ${pathOnly(path)}`, response, await response.text());
    } catch (error) {
      const cause = causeOf(error);
      if (cause instanceof HallpassError) throw cause;
      throw fail('GRAPH_UNREACHABLE', { url: this.#options.baseUrl, reason: connectionReason(cause) }, { cause });
    }
    await this.#options.giveWay?.();
    if (answer.status === 429) {
      this.noteThrottled(answer.headers.get('retry-after'), answer.headers.get('x-ms-throttle-scope'), cost);
    }
    return answer;
  }

  /** Called for every 429, including those of requests inside a batch. @param request what was refused */
  noteThrottled(retryAfter: string | null, scope: string | null, request: Omit<Cost, 'units'>): void {
    this.stats.throttled += 1;
    this.#options.budget.slowDown(retryAfterMs(retryAfter, this.#now()) ?? 1000, scope ?? undefined, request);
  }

  /**
   * Gets a token with the current permissions. If the sign-in does not answer, the old token stays in use.
   *
   * @throws HallpassError GRAPH_SIGN_IN_REFUSED, GRAPH_CONSENT_MISSING
   */
  async signInAgain(): Promise<void> {
    await this.#options.credentials.renew(this.#options.graphTenantId).catch(passing);
  }

  /** That the tenant has consented to writing. @throws as the sign-in */
  async needWrite(): Promise<void> {
    await this.#options.credentials.needWrite(this.#options.graphTenantId);
  }

  /** The application permissions that the tenant has granted, read from the token. @throws as the sign-in */
  async roles(): Promise<readonly string[]> {
    const token = await this.#options.credentials.token(this.#options.graphTenantId);
    return rolesIn({ text: token });
  }

  /** Sets the tenant's size: its limits depend on the number of its accounts. */
  fitBudgetTo(users: number): void {
    this.#options.budget.fitTo(users);
  }

  /**
   * All items of a collection, page by page.
   *
   * @param item schema of one
   * @param first the first page if it was already read
   * @throws as {@link get}
   */
  async *pages<Item extends z.ZodType>(
    path: string,
    item: Item,
    cost?: Cost,
    first?: GraphAnswer,
  ): AsyncGenerator<{ items: z.output<Item>[]; deltaLink: string | undefined }> {
    const seen = new Set<string>();
    const page = pageOf(item).refine((one) => this.#leadsOn(one['@odata.nextLink'], seen));
    const what = `GET ${pathOnly(path)}`;
    let known = first;
    for (let next: string | undefined = path; next !== undefined; ) {
      seen.add(next);
      const answer: ReadAnswer<z.output<typeof page>> =
        known === undefined ? await this.get(next, page, cost) : readAs(page, what, known);
      known = undefined;
      const { read } = answer;
      if (read === undefined) throw failureOf(what, answer, undefined);
      yield { items: read.value, deltaLink: read['@odata.deltaLink'] };
      next = read['@odata.nextLink'];
    }
  }

  /**
   * Whether a page's links are Graph's, and lead to something not read yet: a page that links to itself, such as one
   * cached by a proxy, would be read forever.
   */
  isLink(link: unknown, seen: ReadonlySet<string>): boolean {
    return isLinkOf(this.#options.baseUrl, link) && !seen.has(link);
  }

  #leadsOn(next: string | undefined, seen: ReadonlySet<string>): boolean {
    return next === undefined || this.isLink(next, seen);
  }

  #failureOf(what: string, answer: GraphAnswer): HallpassError {
    return failureOf(what, answer, retryAfterMs(answer.headers.get('retry-after'), this.#now()));
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

/** The end of the chain: the package would use the global fetch, which does not know private authorities. */
class TransportHandler implements Middleware {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async execute(context: Context): Promise<void> {
    const { method = 'GET', headers, body } = context.options ?? {};
    const init = { method, headers: headers as Record<string, string> };
    const url = String(context.request);
    context.response = await carried(this.#transport.send(url, typeof body === 'string' ? { ...init, body } : init));
  }
}

/** The catalog error for an unsuccessful answer. @param retryAfter how many milliseconds Graph asks us to wait */
export function failureOf(what: string, answer: GraphAnswer, retryAfter: number | undefined): HallpassError {
  const again = retryAfter === undefined ? {} : { retryAfterMs: retryAfter };
  const refusal = readRefusal(answer);
  const { requestId } = refusal;
  const reason = answer.words ?? wordsOf(refusal);
  if (answer.status === 429) {
    const scope = answer.headers.get('x-ms-throttle-scope') ?? 'no scope given';
    return fail('GRAPH_THROTTLED', { scope }, again);
  }
  if (answer.status === 401 || answer.status === 403) return fail('GRAPH_DENIED', { what, reason, requestId });
  if (answer.status >= 500) return fail('GRAPH_FAILED', { what, status: answer.status, reason, requestId }, again);
  return fail('GRAPH_REJECTED', { what, reason, requestId });
}

/** @throws HallpassError GRAPH_UNREADABLE for what Graph does not answer with this status */
function answerIn(what: string, { status, headers }: Response, text: string): GraphAnswer {
  const body = fieldsIn(text);
  if (!isFromGraph(status, text, body)) throw fail('GRAPH_UNREADABLE', { what, status, words: firstWordsOf(text) });
  return status >= 500 && !hasError.safeParse(body).success && text !== ''
    ? { status, headers, body, words: firstWordsOf(text) }
    : { status, headers, body };
}

/** Temporary failures: too late (408), too early (425), too many (429), locked (423), or a server error. */
function passes(status: number): boolean {
  return [408, 423, 425, 429].includes(status) || status >= 500;
}

/**
 * The package passes on only its own GraphClientError: anything else that its middleware throws becomes a GraphError
 * without the cause. (A subclass would not help: the constructor resets the prototype.)
 */
function carried<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw Object.assign(new GraphClientError('carried'), { cause });
  });
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphClientError && error.cause !== undefined ? error.cause : error;
}

function pathOnly(path: string): string {
  return path.replace(/^https?:\/\/[^/]+/, '').replace(/\?.*$/, '');
}
