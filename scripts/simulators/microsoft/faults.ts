/** Faults on request: what Graph does on a bad day, queued through the control API and used up by matching requests. */
import { z } from 'zod';
import { GraphError } from './errors.ts';
import type { Answer } from './graph/call.ts';

export const faultOrder = z.strictObject({
  match: z.strictObject({
    method: z.string().toUpperCase().optional(),
    /** A regular expression over the path below `/v1.0` with its query, or over a path of the sign-in. */
    path: z.string().optional(),
  }),
  /** How many matching requests it hits. */
  times: z.int().min(1).default(1),
  /** How many matching requests pass first. */
  skip: z.int().min(0).default(0),
  kind: z.enum([
    '429',
    '500',
    '502',
    '503',
    '504',
    /** A 404 with an empty body. */
    'empty',
    /** A 503 with a page instead of JSON. */
    'html',
    /** The change is made, then the connection breaks. */
    'lost-answer',
    /** The connection breaks and nothing is done. */
    'drop',
    /** The request is accepted, and what it starts (a team) fails afterwards. */
    'fails-later',
    /** The answer comes after `delay` milliseconds. */
    'slow',
  ]),
  /** Seconds for a Retry-After header, for 429 and 5xx. */
  retryAfter: z.number().min(0).optional(),
  delay: z.int().min(0).max(600_000).default(1000),
});

export type FaultOrder = z.infer<typeof faultOrder>;

interface Queued extends FaultOrder {
  id: number;
  pattern: RegExp | undefined;
  left: number;
  toSkip: number;
}

const maxQueued = 1000;

export class Faults {
  #queue: Queued[] = [];
  #ids = 0;

  /** @throws SyntaxError for a pattern that is no regular expression, RangeError when too many wait */
  add(order: FaultOrder): number {
    if (this.#queue.length >= maxQueued) throw new RangeError(`At most ${maxQueued} faults can wait.`);
    const pattern = order.match.path === undefined ? undefined : new RegExp(order.match.path);
    this.#queue.push({ ...order, id: ++this.#ids, pattern, left: order.times, toSkip: order.skip });
    return this.#ids;
  }

  clear(): void {
    this.#queue = [];
  }

  waiting(): { id: number; kind: string; left: number }[] {
    return this.#queue.map(({ id, kind, left }) => ({ id, kind, left }));
  }

  /** The fault for this request, if any; each call uses one up. */
  take(method: string, path: string): FaultOrder | undefined {
    return this.#queue.length === 0 ? undefined : this.#first(this.#queue, method, path);
  }

  /** The fault for a batch as a whole: only one that names it, so that others reach the requests inside. */
  takeForBatch(): FaultOrder | undefined {
    const naming = this.#queue.filter((fault) => fault.match.path?.includes('batch') === true);
    return this.#first(naming, 'POST', '/$batch');
  }

  #first(queue: readonly Queued[], method: string, path: string): FaultOrder | undefined {
    for (const fault of queue) {
      if (fault.match.method !== undefined && fault.match.method !== method) continue;
      if (fault.pattern !== undefined && !fault.pattern.test(path)) continue;
      if (fault.toSkip > 0) {
        fault.toSkip -= 1;
        continue;
      }
      fault.left -= 1;
      if (fault.left === 0) this.#queue = this.#queue.filter((other) => other !== fault);
      return fault;
    }
    return undefined;
  }
}

/**
 * What a fault answers in place of the request; undefined when the request goes on.
 * @throws GraphError for the kinds that are errors of Graph
 */
export function insteadOf(fault: FaultOrder): Answer | undefined {
  if (fault.kind === 'empty') return { status: 404, headers: {}, body: undefined };
  if (fault.kind === 'html') {
    const body = '<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>';
    return { status: 503, headers: { 'Content-Type': 'text/html' }, body };
  }
  if (fault.kind === 'drop') return { status: 503, headers: {}, body: undefined };
  const error = errorOf(fault);
  if (error !== undefined) throw error;
  return undefined;
}

/** Whether the connection breaks instead of carrying the answer. */
export function breaksConnection(fault: FaultOrder | undefined): boolean {
  return fault?.kind === 'lost-answer' || fault?.kind === 'drop';
}

/** The error answer of a fault that replaces the request; undefined for the kinds that let it happen. */
export function errorOf(fault: FaultOrder): GraphError | undefined {
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { 'Retry-After': String(fault.retryAfter) };
  switch (fault.kind) {
    case '429':
      return new GraphError(429, 'TooManyRequests', 'Please retry again later.', {
        headers: { 'Retry-After': String(fault.retryAfter ?? 1) },
      });
    case '500':
      return new GraphError(500, 'InternalServerError', 'An internal server error occurred.', { headers });
    case '502':
      return new GraphError(502, 'UnknownError', 'Bad gateway.', { headers });
    case '503':
      return new GraphError(503, 'ServiceUnavailable', 'The service is temporarily unavailable.', { headers });
    case '504':
      return new GraphError(504, 'UnknownError', 'The gateway did not answer in time.', { headers });
    default:
      return undefined;
  }
}
