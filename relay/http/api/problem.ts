/** What the API answers when something goes wrong: problem details, with what a check found. */

import type { FastifyRequest } from 'fastify';
import { catalog, type ErrorCode, fail, type HallpassError } from '../../../shared/errors.ts';
import { toHallpassError } from '../../../shared/terminal.ts';
import { problemDetails } from '../problem-details.ts';
import { bodyComplaint } from './body.ts';

export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** An error, and more members for its answer. */
export class Refused extends Error {
  readonly error: unknown;
  readonly more: object;

  constructor(error: unknown, more: object) {
    super('refused', { cause: error });
    this.error = error;
    this.more = more;
  }
}

/** What the `type` of a problem links to; undefined for an unknown code. */
export function describeCode(code: string): object | undefined {
  if (!Object.hasOwn(catalog, code)) return undefined;
  const { sentence, action, meaning, retry } = catalog[code as ErrorCode];
  return { code, sentence, action, meaning, retry };
}

/** The answer to a request that threw anything at all. */
export function problemFor(thrown: unknown, request: Pick<FastifyRequest, 'headers' | 'log'>): ProblemAnswer {
  const { error, more } = thrown instanceof Refused ? thrown : { error: thrown, more: {} };
  const known = bodyComplaint(error) ?? toHallpassError(error);
  if (known.code === 'UNEXPECTED') request.log.error({ event: 'relay.request-failed', err: error });
  const answer = problemDetails(known, { accept: request.headers.accept });
  return { ...answer, body: { ...answer.body, ...more } };
}

export function nothingAt(url: string): HallpassError {
  return fail('API_PATH_UNKNOWN', { path: url.split('?', 1).join('').slice(0, 200) });
}
