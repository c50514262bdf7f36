/** Request bodies: JSON, checked by the same schemas that the OpenAPI description shows. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { fail, HallpassError, reasonOf } from '../../../shared/errors.ts';
import { readJson } from '../../../shared/json-document.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';

/** Bytes; a profile with every option takes five kilobytes. */
export const mostBytes = 256 * 1024;

/**
 * Keeps the text of a body: mistakes in a profile are reported by line and column, and a repeated request is recognized
 * by its text.
 */
export function takeJson(api: FastifyInstance): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: mostBytes }, (_request, body, done) =>
    done(null, body),
  );
}

/** Fastify's own errors about a body as ours; undefined for anything else. */
export function bodyComplaint(error: unknown): HallpassError | undefined {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
  if (error instanceof HallpassError || status < 400 || status >= 500) return undefined;
  if (status === 413) return fail('API_BODY_TOO_LARGE', { most: mostBytes });
  if (status === 415) return fail('API_CONTENT_TYPE', {});
  return fail('API_BODY_INVALID', { reason: reasonOf(error).replace(/\.$/, '') });
}

/** @param text an empty one counts as `{}` @throws HallpassError API_BODY_INVALID naming the first thing that is wrong */
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
