/** A route of the API: the action it needs, its query, body and answer, and the function that answers. */
import type { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import type { Action } from '../../app/access.ts';
import type { Actor } from '../../app/actor.ts';
import type { AppContext } from '../../app/perform.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { readQuery, wantsCsv } from './query.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request whose token has been accepted and may use the route. */
export interface RequestContext {
  actor: Actor;
  app: AppContext;
  /** Path parameters, by name. */
  params: Record<string, string>;
  headers: { accept: string | undefined; ifMatch: string | undefined; ifNoneMatch: string | undefined };
  nowMs: number;
  /** The relay's address, for agents. */
  url: string;
  /** With an Idempotency-Key: keeps the answer for a client that lost it, before the data that it shows is deleted. */
  keep(answer: Answer): Promise<void>;
}

/** The same in a district to which the token has access. */
export type DistrictContext = RequestContext & { tenant: Tenant };

export type Pieces = AsyncIterable<string | Uint8Array>;

/** `text`: already encoded, from a thread; `empty`: no body. */
export type Answer = { status?: number; headers?: Record<string, string> } & (
  | { json: object }
  | { csv: AsyncIterable<string> }
  | { as: 'json' | 'csv'; text: Uint8Array | Pieces }
  | { empty: true }
);

/**
 * The cost of an answer in a district of 100,000 students. `keyed`: less than 5 ms, on the main thread. `short`: up to a
 * fifth of a second. `long`: seconds. `plan`: a whole plan, with a gigabyte or two of memory.
 */
export type Effort = 'keyed' | 'short' | 'long' | 'plan';

export interface RequestInput {
  query: unknown;
  /** Unparsed; empty if there is none. */
  body: string;
}

interface Described {
  method: Method;
  /** After `/api/v1/`, with parameters in braces. */
  path: string;
  action: Action;
  summary: string;
  query: z.ZodObject;
  /** Undefined for a route without a body. */
  body?: z.ZodType | undefined;
  answer: z.ZodType;
  /** Status of a successful answer. */
  status: number;
  hasCsv: boolean;
  effort: Effort;
  asksMicrosoft: boolean;
  /** Whether If-Match names a version of a profile. */
  hasVersion: boolean;
  /** Whether it needs an Idempotency-Key, because its answer is shown only once. */
  needsKey: boolean;
}

export type Route = Described &
  (
    | { isAcross: true; answerTo(context: RequestContext, input: RequestInput): Promise<Answer> }
    | { isAcross: false; answerTo(context: DistrictContext, input: RequestInput): Promise<Answer> }
  );

interface QuestionOptions<V extends RequestContext, Q extends z.ZodObject, A extends z.ZodType> {
  path: string;
  question: Action;
  summary: string;
  query: Q;
  answer: A;
  effort: Effort;
  asksMicrosoft?: true;
  json(context: V, query: z.output<Q>): Promise<z.output<A> & object>;
  csv?(context: V, query: z.output<Q>): Promise<AsyncIterable<string>>;
}

export const plain = {
  status: 200,
  hasCsv: false,
  effort: 'keyed',
  asksMicrosoft: false,
  hasVersion: false,
  needsKey: false,
} as const;

/** @param path relative to the district; empty for the district itself */
export function ofDistrict(path: string): string {
  return path === '' ? 'tenants/{slug}' : `tenants/{slug}/${path}`;
}

/**
 * A question about a district. The compiler checks the answer against its schema.
 *
 * @param options `path`: relative to the district
 */
export function question<Q extends z.ZodObject, A extends z.ZodType>(
  options: QuestionOptions<DistrictContext, Q, A>,
): Route {
  return { ...described(options), path: ofDistrict(options.path), isAcross: false, answerTo: answering(options) };
}

/** The same about the relay, or all districts of the token. */
export function questionAcross<Q extends z.ZodObject, A extends z.ZodType>(
  options: QuestionOptions<RequestContext, Q, A>,
): Route {
  return { ...described(options), path: options.path, isAcross: true, answerTo: answering(options) };
}

function described<V extends RequestContext, Q extends z.ZodObject, A extends z.ZodType>(
  options: QuestionOptions<V, Q, A>,
) {
  const { question: action, summary, query, answer, effort, csv, asksMicrosoft = false } = options;
  const hasCsv = csv !== undefined;
  return { ...plain, method: 'GET' as const, action, summary, query, answer, effort, hasCsv, asksMicrosoft };
}

function answering<V extends RequestContext, Q extends z.ZodObject, A extends z.ZodType>({
  query,
  json,
  csv,
}: QuestionOptions<V, Q, A>) {
  return async (context: V, input: RequestInput): Promise<Answer> => {
    const checked = readQuery(query, input.query);
    return csv !== undefined && isForCsv(checked, context)
      ? { csv: await csv(context, checked) }
      : { json: await json(context, checked) };
  };
}

/** @param query checked, of a route with a table */
export function isForCsv(query: { format?: unknown }, { headers }: RequestContext): boolean {
  const { format } = query;
  return wantsCsv(format === 'csv' || format === 'json' ? format : undefined, headers.accept);
}

/** Reads one consistent snapshot, without blocking writers. */
export function read<T>({ app, tenant }: DistrictContext, fn: (scope: TenantScope) => Promise<T>): Promise<T> {
  return app.store.readTenant(tenant.id, fn);
}

/** Refuses a query for a reason that its schema cannot express. */
export function refuse(reason: string): never {
  throw fail('API_QUERY_INVALID', { reason });
}
