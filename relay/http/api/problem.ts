/**
 * What goes wrong, as problem details (RFC 9457), with the members that clients of 0.2.0 read. Anyone who asks for application/json
 * alone is told the same under that name.
 */

import type { FastifyRequest } from 'fastify';
import { catalog, type ErrorCode, fail, type HallpassError } from '../../../shared/errors.ts';
import { STATUS_CODES } from '../../../shared/node-http.ts';
import { toHallpassError } from '../../../shared/terminal.ts';
import { answerOf } from '../answer.ts';
import { bodyComplaint } from './body.ts';

export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/**
 * @param accept the request's header
 * @param more members besides: what a check found
 */
export function problemOf(error: HallpassError, accept: string | undefined, more: object = {}): ProblemAnswer {
  const { status, headers, body } = answerOf(error);
  // What somebody has to put right first and has no status of its own is in the way of what was asked.
  const own = status === 500 && error.retry === 'fix' ? 409 : status;
  const [type] = wantsPlain(accept) ? ['application/json'] : ['application/problem+json'];
  return {
    status: own,
    headers: { ...headers, 'content-type': `${type}; charset=utf-8`, vary: 'Accept' },
    body: {
      type: `/api/v1/errors/${error.code}`,
      title: titleOf(error.code, own),
      status: own,
      detail: body.message,
      ...body,
      ...more,
    },
  };
}

function wantsPlain(accept: string | undefined): boolean {
  return accept !== undefined && /\bapplication\/json\b/i.test(accept) && !/\bproblem\+json\b/i.test(accept);
}

/** The same for every problem of the code: "Profile unknown". */
function titleOf(code: ErrorCode, status: number): string {
  const isOfOurs = code.includes('_');
  const words = isOfOurs
    ? code.replace(/^API_/, '').toLowerCase().replaceAll('_', ' ')
    : (STATUS_CODES[status] ?? code);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An error with what else the answer says of it. */
export class Refused extends Error {
  readonly error: unknown;
  readonly more: object;

  constructor(error: unknown, more: object) {
    super('refused', { cause: error });
    this.error = error;
    this.more = more;
  }
}

/** What the `type` of a problem leads to; undefined for what is no code. */
export function describeCode(code: string): object | undefined {
  if (!Object.hasOwn(catalog, code)) return undefined;
  const { sentence, action, meaning, retry } = catalog[code as ErrorCode];
  return { code, sentence, action, meaning, retry };
}

/** What was thrown while a request was answered, whatever it is. */
export function problemFor(thrown: unknown, request: Pick<FastifyRequest, 'headers' | 'log'>): ProblemAnswer {
  const { error, more } = thrown instanceof Refused ? thrown : { error: thrown, more: {} };
  const known = bodyComplaint(error) ?? toHallpassError(error);
  if (known.code === 'UNEXPECTED') request.log.error({ event: 'relay.request-failed', err: error });
  return problemOf(known, request.headers.accept, more);
}

export function nothingAt(url: string): HallpassError {
  return fail('API_PATH_UNKNOWN', { path: url.split('?', 1).join('').slice(0, 200) });
}
