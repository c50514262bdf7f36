/** `POST /$batch`: up to 20 requests in one, each counted separately; the order of the answers is not guaranteed. */
import { GraphError } from './errors.ts';
import { afterwards, insteadOf } from './fault-answers.ts';
import type { Faults } from './faults.ts';
import type { Answer, Caller } from './graph/call.ts';
import type { GraphService, Outcome } from './graph/service.ts';
import { type Bag, isBag } from './json.ts';
import { type Breakage, breakageOf } from './wire.ts';

const maxRequests = 20;
const methods: readonly string[] = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];

interface Inner {
  id: string;
  method: string;
  url: string;
  headers: ReadonlyMap<string, string>;
  body: unknown;
  dependsOn: readonly string[];
}

export interface BatchOutcome extends Outcome {
  /** How many requests it contained. */
  size: number;
}

/** Runs a batch with any fault ordered for it as a whole. @throws GraphError */
export function answerBatch(
  service: GraphService,
  faults: Faults,
  body: unknown,
  base: string,
  caller: Caller,
): BatchOutcome {
  const fault = faults.takeForBatch();
  const replaced = fault === undefined ? undefined : insteadOf(fault);
  if (replaced !== undefined) return { answer: replaced, breakage: breakageOf(fault), delay: 0, size: 0 };
  const outcome = runBatch(service, body, base, caller);
  const delay = Math.max(outcome.delay, fault?.kind === 'slow' ? fault.delay : 0);
  return {
    ...outcome,
    answer: afterwards(fault, outcome.answer),
    breakage: outcome.breakage ?? breakageOf(fault),
    delay,
  };
}

/**
 * Runs a batch. Requests run one after the other in the order given, each after those it depends on.
 * @throws 400 when the batch as a whole is malformed; then none has run.
 */
function runBatch(service: GraphService, body: unknown, base: string, caller: Caller): BatchOutcome {
  const inners = readBatch(body);
  const waiting = new Map(inners.map((inner) => [inner.id.toLowerCase(), inner]));
  const done = new Map<string, number>();
  const responses: Bag[] = [];
  let breakage: Breakage | undefined;
  let delay = 0;
  while (waiting.size > 0) {
    const before = waiting.size;
    for (const [key, inner] of waiting) {
      if (inner.dependsOn.some((id) => waiting.has(id))) continue;
      waiting.delete(key);
      const failed = inner.dependsOn.some((id) => (done.get(id) ?? 0) >= 400);
      const outcome = failed ? dependent(service) : runOne(service, inner, base, caller);
      breakage ??= outcome.breakage;
      delay = Math.max(delay, outcome.delay);
      done.set(key, outcome.answer.status);
      if (outcome.fault?.kind !== 'missing') responses.push(responseOf(inner.id, outcome.answer));
      if (outcome.fault?.kind === 'twice') responses.unshift(responseOf(inner.id, failedToo(service)));
    }
    if (waiting.size === before) throw invalidBatch('The dependencies of the requests form a circle.');
  }
  // Reversed on purpose: clients must go by id, and this exposes those that do not.
  responses.reverse();
  return { answer: { status: 200, headers: {}, body: { responses } }, breakage, delay, size: inners.length };
}

function runOne(service: GraphService, inner: Inner, base: string, caller: Caller): Outcome {
  const url = inner.url.startsWith('/') || /^https?:/i.test(inner.url) ? inner.url : `/${inner.url}`;
  if (/^\/\$batch\b/i.test(url)) {
    const error = new GraphError(400, 'BadRequest', 'A batch request cannot contain another batch request.');
    return { answer: service.refuse(error, service.nextRequestId(), undefined), breakage: undefined, delay: 0 };
  }
  const { method, headers, body } = inner;
  return service.handle({ method, url, header: (name) => headers.get(name), body, base, caller });
}

function dependent(service: GraphService): Outcome {
  const error = new GraphError(424, 'FailedDependency', 'A request that this one depends on has failed.');
  return { answer: service.refuse(error, service.nextRequestId(), undefined), breakage: undefined, delay: 0 };
}

/** A second answer to a request that contradicts the first. */
function failedToo(service: GraphService): Answer {
  const error = new GraphError(500, 'InternalServerError', 'An internal server error occurred.');
  return service.refuse(error, service.nextRequestId(), undefined);
}

function responseOf(id: string, answer: Answer): Bag {
  if (answer.body === undefined) return { id, status: answer.status, headers: answer.headers };
  answer.headers['Content-Type'] ??= 'application/json';
  return { id, status: answer.status, headers: answer.headers, body: answer.body };
}

function readBatch(body: unknown): Inner[] {
  const requests = isBag(body) ? body.requests : undefined;
  if (!Array.isArray(requests)) throw invalidBatch("Invalid batch payload format: 'requests' must be a list.");
  if (requests.length > maxRequests) {
    throw invalidBatch(`Number of batch request steps exceeds the maximum value of ${maxRequests}.`);
  }
  const inners = requests.map(readInner);
  const ids = new Set(inners.map((inner) => inner.id.toLowerCase()));
  if (ids.size < inners.length) throw invalidBatch('The ids of the requests must be unique.');
  for (const inner of inners) {
    const unknown = inner.dependsOn.find((id) => !ids.has(id));
    if (unknown !== undefined)
      throw invalidBatch(`Request ${inner.id} depends on '${unknown}', which is not in the batch.`);
  }
  return inners;
}

function readInner(request: unknown): Inner {
  if (!isBag(request)) throw invalidBatch('Every request of a batch must be an object.');
  const { id, method, url, body, dependsOn } = request;
  if (typeof id !== 'string' || id === '') throw invalidBatch('Every request of a batch needs an id, a text.');
  if (typeof method !== 'string' || !methods.includes(method.toUpperCase())) {
    throw invalidBatch(`Request ${id} has no valid method.`);
  }
  if (typeof url !== 'string') throw invalidBatch(`Request ${id} has no url.`);
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(isBag(request.headers) ? request.headers : {})) {
    headers.set(name.toLowerCase(), String(value));
  }
  const writes = method.toUpperCase() !== 'GET' && method.toUpperCase() !== 'DELETE';
  if ((writes && body === undefined) || (body !== undefined && !headers.has('content-type'))) {
    throw invalidBatch(`Write request id : ${id} does not contain Content-Type header or body.`);
  }
  const depends = Array.isArray(dependsOn) ? dependsOn.map((other) => String(other).toLowerCase()) : [];
  return { id, method: method.toUpperCase(), url, headers, body, dependsOn: depends };
}

function invalidBatch(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}
