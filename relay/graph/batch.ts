/**
 * JSON batching, composed and read by hand: up to 20 requests in one POST, each with its own answer. A batch saves
 * round trips, not quota: every inner request costs what it costs alone.
 */
import { failureOf, type GraphAnswer, type GraphClient } from './client.ts';

/** Requests in one batch: Graph's limit. */
export const batchLimit = 20;

export interface BatchRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the version, values encoded: `/groups/…`. */
  url: string;
  body?: unknown;
}

interface BatchBody {
  responses?: { id: string; status: number; headers?: Record<string, string>; body?: unknown }[];
}

/**
 * Sends the requests and returns their answers in the same order; undefined where Graph gave none.
 *
 * @throws HallpassError when the batch as a whole got no usable answer: GRAPH_UNREACHABLE means that every request in it
 *   may or may not have been carried out.
 */
export async function sendBatch(
  client: GraphClient,
  requests: readonly BatchRequest[],
): Promise<(GraphAnswer | undefined)[]> {
  const writes = requests.filter((request) => request.method !== 'GET').length;
  const body = { requests: requests.map((request, index) => innerRequest(request, index)) };
  const answer = await client.send('POST', '/$batch', body, { units: requests.length, writes });
  if (answer.status !== 200) throw failureOf('POST /$batch', answer, undefined);
  const byId = new Map((answer.body as BatchBody | undefined)?.responses?.map((inner) => [inner.id, inner]));
  return requests.map(({ method }, index) => {
    const inner = byId.get(String(index + 1));
    if (inner === undefined) return undefined;
    const headers = new Headers(inner.headers);
    if (inner.status === 429) {
      const refused = { writes: method === 'GET' ? 0 : 1 };
      client.noteThrottled(headers.get('retry-after'), headers.get('x-ms-throttle-scope'), refused);
    }
    return { status: inner.status, headers, body: inner.body };
  });
}

function innerRequest(request: BatchRequest, index: number) {
  const inner = { id: String(index + 1), method: request.method, url: request.url };
  if (request.body === undefined) return inner;
  // The answer to a PATCH is of no use to us: without it, batches of updates are a fraction of the size.
  const prefer = request.method === 'PATCH' ? { Prefer: 'return=minimal' } : {};
  return { ...inner, headers: { 'Content-Type': 'application/json', ...prefer }, body: request.body };
}
