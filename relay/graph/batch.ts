/**
 * JSON batching, composed and parsed here: up to 20 requests in one POST, each with its own answer. A batch saves round
 * trips, not quota: every inner request costs the same as alone.
 */
import { type GraphAnswer, unreadable } from './answer.ts';
import { batchAnswer, type InnerAnswer, innerAnswer } from './bodies/batch.ts';
import { answerOfAction, anyCollection, entity } from './bodies/object.ts';
import { hasError } from './bodies/refusal.ts';
import { failureOf, type GraphClient } from './client.ts';

/** Requests in one batch: Graph's limit. */
export const batchLimit = 20;

export interface BatchRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the version, with encoded values: `/groups/…`. */
  url: string;
  body?: unknown;
}

/**
 * Sends the requests and returns their answers in the same order; undefined for a request without a readable answer,
 * which may or may not have been carried out.
 *
 * @throws HallpassError when the batch as a whole got no usable answer: GRAPH_UNREACHABLE and GRAPH_UNREADABLE mean
 *   that every request in it may or may not have been carried out.
 */
export async function sendBatch(
  client: GraphClient,
  requests: readonly BatchRequest[],
  how?: { isReserved: boolean },
): Promise<(GraphAnswer | undefined)[]> {
  const writes = requests.filter((request) => request.method !== 'GET').length;
  const body = { requests: requests.map((request, index) => innerRequest(request, index)) };
  const answer = await client.send('POST', '/$batch', body, { units: requests.length, writes }, how);
  if (answer.status !== 200) throw failureOf('POST /$batch', answer, undefined);
  const { data } = batchAnswer.safeParse(answer.body);
  if (data === undefined) throw unreadable('POST /$batch', answer);
  const inner = data.responses.flatMap((one) => innerAnswer.safeParse(one).data ?? []);
  const byId = Map.groupBy(inner, ({ id }) => id);
  return requests.map((request, index) => {
    const [inner, ...others] = byId.get(String(index + 1)) ?? [];
    // Two answers to one request contradict or repeat each other: nobody can tell which is right.
    const read = inner === undefined || others.length > 0 ? undefined : answerTo(request, inner);
    if (read?.status === 429) {
      const refused = { writes: request.method === 'GET' ? 0 : 1 };
      client.noteThrottled(read.headers.get('retry-after'), read.headers.get('x-ms-throttle-scope'), refused);
    }
    return read;
  });
}

/** Undefined for an answer that Graph does not give to this request. */
function answerTo({ method, url }: BatchRequest, { status, headers, body }: InnerAnswer): GraphAnswer | undefined {
  if (status < 200 || status > 299)
    return isRefusal(status, body) ? { status, headers: headersIn(headers), body } : undefined;
  // A creation returns an id, a filter returns a list, possibly empty. For other requests, 202 and 204 need no body.
  const makes = method === 'POST' && /^\/(education\/)?\w+$/.test(url);
  const wantsList = method === 'GET' && /[?&]\$(filter|top)=/.test(url);
  const says = makes || wantsList || status === 200 || status === 201;
  if (says && !isWhatWasAsked(body, { method, makes, wantsList })) return undefined;
  return { status, headers: headersIn(headers), body };
}

/** A refusal that is not one of Graph's does not tell whether the request was carried out; nor does a failure, which says so. */
function isRefusal(status: number, body: unknown): boolean {
  if (status >= 500) return true;
  return status >= 400 && (isEmpty(body) || hasError.safeParse(body).success);
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || body === '';
}

function isWhatWasAsked(
  body: unknown,
  { method, makes, wantsList }: { method: string; makes: boolean; wantsList: boolean },
): boolean {
  // An action returns only a value: `{"value": true}`.
  const isValue = method === 'POST' && !makes && answerOfAction.safeParse(body).success;
  const isEntity = !wantsList && entity.safeParse(body).success;
  return isValue || isEntity || (method === 'GET' && anyCollection.safeParse(body).success);
}

function headersIn(headers: InnerAnswer['headers']): Headers {
  const read = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && /^[\w-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value)) read.set(name, value);
  }
  return read;
}

function innerRequest(request: BatchRequest, index: number) {
  const inner = { id: String(index + 1), method: request.method, url: request.url };
  if (request.body === undefined) return inner;
  // We do not need the answer to a PATCH: without it, batches of updates are a fraction of the size.
  const prefer = request.method === 'PATCH' ? { Prefer: 'return=minimal' } : {};
  return { ...inner, headers: { 'Content-Type': 'application/json', ...prefer }, body: request.body };
}
