/** An answer from Graph, and its body as read by a schema. */
import type { z } from 'zod';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { schemaMistakes } from '../../shared/schema-reason.ts';
import { anyCollection, entity } from './bodies/object.ts';
import { readRefusal } from './graph-error.ts';
import { firstWordsOf } from './readable.ts';

export interface GraphAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an empty body, or a 5xx body that is not JSON. */
  body: unknown;
  /** The first words of a 5xx answer that is not one of Graph's errors. */
  words?: string;
}

/** @property read the body of a 200 as the schema reads it; undefined for a refusal */
export interface ReadAnswer<T> extends GraphAnswer {
  read: T | undefined;
}

/**
 * Accepts 200 or a refusal as the answer to a read.
 *
 * @param what `GET /users/delta`
 * @throws HallpassError GRAPH_UNREADABLE for an answer that is not Graph's, GRAPH_ANSWER_UNKNOWN for one of Graph's
 *   that lacks what Graph promises
 */
export function readAs<T>(schema: z.ZodType<T>, what: string, answer: GraphAnswer): ReadAnswer<T> {
  if (answer.status >= 300) return { ...answer, read: undefined };
  if (answer.status !== 200) throw unreadable(what, answer);
  const result = schema.safeParse(answer.body);
  if (result.success) return { ...answer, read: result.data };
  const [mistake] = schemaMistakes(result.error, schema, answer.body);
  if (mistake === undefined || !isOfGraph(answer.body, mistake.path)) throw unreadable(what, answer);
  const { requestId } = readRefusal(answer);
  throw fail('GRAPH_ANSWER_UNKNOWN', { what, where: mistake.path, reason: mistake.reason, requestId });
}

/** The body of a successful answer that nothing depends on: undefined if missing or in another format. */
export function bodyIn<T>(schema: z.ZodType<T>, answer: GraphAnswer | undefined): T | undefined {
  return answer?.status === 200 ? schema.safeParse(answer.body).data : undefined;
}

/** The error for an answer that is JSON, but not what was asked for. */
export function unreadable(what: string, { status, body }: GraphAnswer): HallpassError {
  return fail('GRAPH_UNREADABLE', { what, status, words: firstWordsOf(JSON.stringify(body) ?? '') });
}

/** Whether it has the format of Graph's bodies, and only something inside is wrong. @param path to what is wrong */
function isOfGraph(body: unknown, path: string): boolean {
  if (anyCollection.safeParse(body).success) return path.startsWith('value.');
  return entity.safeParse(body).success && path !== '';
}
