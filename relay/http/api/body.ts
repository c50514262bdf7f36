/** Bodies of requests: JSON, checked by the schemas that the description is made of. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { fail, HallpassError, reasonOf } from '../../../shared/errors.ts';
import { readJson } from '../../../shared/json-document.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';

/** Bytes; a profile with every option has five kilobytes. */
export const mostBytes = 256 * 1024;

/** Bodies are kept as they came: a profile's mistakes are reported by line and column, and a repeated request is known by its text. */
export function takeJson(api: FastifyInstance): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: mostBytes }, (_request, body, done) =>
    done(null, body),
  );
}

/** Fastify's own complaints about a body, in ours; undefined for anything else. */
export function bodyComplaint(error: unknown): HallpassError | undefined {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
  if (error instanceof HallpassError || status < 400 || status >= 500) return undefined;
  if (status === 413) return fail('API_BODY_TOO_LARGE', { most: mostBytes });
  if (status === 415) return fail('API_CONTENT_TYPE', {});
  return fail('API_BODY_INVALID', { reason: reasonOf(error).replace(/\.$/, '') });
}

/** @param text without one, as if it were `{}` @throws HallpassError API_BODY_INVALID naming the first thing that is wrong */
export function readBody<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  const { value, mistakes } = text.trim() === '' ? { value: {}, mistakes: [] } : readJson(text);
  const [mistake] = mistakes;
  if (mistake !== undefined) {
    const { line, column, reason } = mistake;
    throw fail('API_BODY_INVALID', { reason: `line ${line}, column ${column}: ${reason}` });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, reason } = schemaReason(result.error);
  throw fail('API_BODY_INVALID', { reason: path === '' ? reason : `${path}: ${reason}` });
}
