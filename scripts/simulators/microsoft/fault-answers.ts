/** How a fault affects one request to Graph: it replaces the answer, changes it, or breaks the connection. */
import { GraphError } from './errors.ts';
import type { FaultOrder, GivenAnswer } from './fault-order.ts';
import type { Answer } from './graph/call.ts';
import type { Bag, Json } from './json.ts';

/**
 * What a fault answers instead of the request; undefined when the request goes on.
 * @throws GraphError for the kinds that are errors of Graph
 */
export function insteadOf(fault: FaultOrder): Answer | undefined {
  if (fault.done === true) return undefined;
  if (fault.kind === 'answer' && fault.answer !== undefined) return given(fault.answer);
  if (fault.kind === 'empty') return { status: 404, headers: {}, body: undefined };
  if (fault.kind === 'html') {
    const body = '<!DOCTYPE html><html><body><h1>Service Unavailable</h1></body></html>';
    return { status: 503, headers: { 'Content-Type': 'text/html' }, body };
  }
  if (fault.kind === 'drop' || fault.kind === 'goaway' || (fault.kind === 'reset' && fault.midway !== true)) {
    return { status: 503, headers: {}, body: undefined };
  }
  const error = errorOf(fault);
  if (error !== undefined) throw error;
  return undefined;
}

/** The answer of a request that was carried out, as the fault lets the client see it. */
export function afterwards(fault: FaultOrder | undefined, answer: Answer): Answer {
  if (fault?.kind === 'answer' && fault.done === true && fault.answer !== undefined) return given(fault.answer);
  if (fault?.kind === 'cut') return { ...answer, body: cut(answer.body, fault.after) };
  return answer;
}

/** The body of an ordered answer; undefined for an empty one. @param bodyOf creates one from code and message */
export function bodyOfGiven(answer: GivenAnswer, bodyOf: (code: string, message: string) => Bag): Json | undefined {
  const { body, code, message } = answer;
  if (body !== undefined) return body === '' ? undefined : body;
  if (code === undefined && message === undefined) return undefined;
  return bodyOf(code ?? 'UnknownError', message ?? '');
}

/** The content type of a body whose order does not give one: a page, or text that claims to be JSON. */
export function contentTypeOf(body: string): string {
  return body.trimStart().startsWith('<') ? 'text/html' : 'application/json';
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

/** @throws GraphError for an answer given by code and message, which gets the ids that every error of Graph has */
function given(answer: GivenAnswer): Answer {
  const { status, headers = {}, details = [] } = answer;
  const body = bodyOfGiven(answer, (code, message) => {
    throw new GraphError(status, code, message, { details, headers });
  });
  const type = typeof body === 'string' ? { 'Content-Type': contentTypeOf(body) } : {};
  return { status, headers: { ...type, ...headers }, body };
}

/** JSON cut in the middle, or where the fault says. */
function cut(body: Json | undefined, after: number | undefined): string | undefined {
  if (body === undefined) return undefined;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.slice(0, after ?? Math.floor(text.length / 2)) || undefined;
}
