/** The gate in front of every handler: fault, route, throttle, permission, then the answer or the error body. */
import type { Clock } from '../../../../shared/clock.ts';
import { badRequest, denied, errorBody, GraphError, notImplemented } from '../errors.ts';
import { afterwards, insteadOf } from '../fault-answers.ts';
import type { FaultOrder } from '../fault-order.ts';
import type { Faults } from '../faults.ts';
import { Query } from '../odata/query.ts';
import type { Stats } from '../stats.ts';
import { type Throttle, unitsOf } from '../throttle.ts';
import { type Breakage, breakageOf } from '../wire.ts';
import type { Answer, Call, Caller } from './call.ts';
import type { Match, Router } from './router.ts';

export interface Incoming {
  method: string;
  /** Path below `/v1.0` with its query. */
  url: string;
  header(name: string): string | undefined;
  body: unknown;
  base: string;
  caller: Caller;
}

export interface Outcome {
  answer: Answer;
  /** How the connection breaks instead of carrying the answer. */
  breakage: Breakage | undefined;
  /** How long to hold the answer back, in milliseconds. */
  delay: number;
  /** The fault that the request met, for the batch that may contain it. */
  fault?: FaultOrder | undefined;
}

/** What is known about a request by the time it fails or succeeds. */
interface Seen {
  /** For the statistics: method and route template. */
  name: string;
  write: boolean;
  /** Headers about its cost; failures cost the same. */
  charged: Record<string, string>;
}

export interface GraphServiceParts {
  /** Called before every request, because time has passed. */
  catchUp: () => void;
  router: Router;
  throttle: Throttle;
  faults: Faults;
  stats: Stats;
  clock: Clock;
}

export class GraphService {
  readonly #parts: GraphServiceParts;
  #requests = 0;

  constructor(parts: GraphServiceParts) {
    this.#parts = parts;
  }

  /** Handles one request synchronously: two requests never see each other half done. */
  handle(incoming: Incoming): Outcome {
    const { faults, stats, catchUp } = this.#parts;
    catchUp();
    const fault = faults.take(incoming.method, incoming.url);
    const requestId = this.nextRequestId();
    const seen: Seen = { name: `${incoming.method} (unknown)`, write: incoming.method !== 'GET', charged: {} };
    let answer: Answer;
    try {
      answer = afterwards(fault, this.#answer(incoming, fault, seen));
      answer.headers['request-id'] = requestId;
    } catch (error) {
      answer = this.refuse(toGraphError(error), requestId, incoming.header('client-request-id'));
    }
    Object.assign(answer.headers, seen.charged);
    stats.countOne(seen.name, seen.write, answer.status);
    return { answer, breakage: breakageOf(fault), delay: fault?.kind === 'slow' ? fault.delay : 0, fault };
  }

  /** An error as an answer. */
  refuse(error: GraphError, requestId: string, clientRequestId: string | undefined): Answer {
    const trace = { requestId, clientRequestId: clientRequestId ?? requestId, now: this.#parts.clock.now() };
    return {
      status: error.status,
      headers: { ...error.headers, 'request-id': requestId, 'client-request-id': trace.clientRequestId },
      body: errorBody(error, trace),
    };
  }

  /** Unique in this process; a counter is all that a log needs and costs nothing. */
  nextRequestId(): string {
    this.#requests += 1;
    return `00000000-0000-4000-a000-${this.#requests.toString(16).padStart(12, '0')}`;
  }

  #answer(incoming: Incoming, fault: FaultOrder | undefined, seen: Seen): Answer {
    const { router, throttle } = this.#parts;
    const mark = incoming.url.indexOf('?');
    const path = mark < 0 ? incoming.url : incoming.url.slice(0, mark);
    const query = new Query(mark < 0 ? '' : incoming.url.slice(mark + 1));
    const match = route(router, incoming.method, path);
    if (match !== undefined) {
      seen.name = `${incoming.method} ${match.route.path}`;
      if (match.route.readsOnly === true) seen.write = false;
    }
    const replaced = fault === undefined ? undefined : insteadOf(fault);
    if (replaced !== undefined) return replaced;
    if (match === undefined) throw notImplemented(`${incoming.method} ${path}`);
    const { area, cost, roles, handle } = match.route;
    const { write } = seen;
    const units = write ? 1 : unitsOf(cost, query, match.route.selectedCost);
    seen.charged = throttle.charge({ area, write, units, appId: incoming.caller.appId });
    if (!roles.some((role) => incoming.caller.roles.has(role))) throw denied(roles);
    const call: Call = {
      method: incoming.method,
      params: match.params,
      path,
      query,
      header: incoming.header,
      body: incoming.body,
      base: incoming.base,
      caller: incoming.caller,
      failsLater: fault?.kind === 'fails-later',
    };
    return handle(call);
  }
}

function route(router: Router, method: string, path: string): Match | undefined {
  if (!path.startsWith('/')) throw badRequest(`The URL '${path}' is not relative to the service root.`);
  if (path.startsWith('/v1.0') || path.startsWith('/beta')) {
    throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${path.split('/')[1]}'.`);
  }
  return router.match(method, path);
}

function toGraphError(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  process.stderr.write(`microsoft simulator: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  return new GraphError(500, 'UnknownError', 'The simulator itself failed; see its stderr.');
}
