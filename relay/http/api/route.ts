/** What the API answers: who may ask, what may be said, what the answer looks like, and how it is found. */
import type { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import type { Action } from '../../app/access.ts';
import type { Actor } from '../../app/actor.ts';
import type { AppContext } from '../../app/perform.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { readQuery, wantsCsv } from './query.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Somebody whose token has been accepted, and may do what the route does. */
export interface Visit {
  actor: Actor;
  app: AppContext;
  /** From the path, by name. */
  params: Record<string, string>;
  headers: { accept: string | undefined; ifMatch: string | undefined; ifNoneMatch: string | undefined };
  nowMs: number;
  /** The relay's address, for agents. */
  url: string;
  /** Of a request with an Idempotency-Key: has the answer kept for anyone who lost it, before what it shows is forgotten. */
  keep(answer: Answer): Promise<void>;
}

/** The same in a district that the token opens. */
export type DistrictVisit = Visit & { tenant: Tenant };

export type Pieces = AsyncIterable<string | Uint8Array>;

/** `text`: as it goes out, from a thread; nothing where there is nothing to say. */
export type Answer = { status?: number; headers?: Record<string, string> } & (
  | { json: object }
  | { csv: AsyncIterable<string> }
  | { as: 'json' | 'csv'; text: Uint8Array | Pieces }
  | { empty: true }
);

/**
 * What an answer takes in a district of 100,000 students. `keyed`: less than 5 ms, and the main thread gives it. `short`: up to a
 * fifth of a second. `long`: seconds. `plan`: everything computed again, with a gigabyte or two.
 */
export type Effort = 'keyed' | 'short' | 'long' | 'plan';

export interface Asked {
  query: unknown;
  /** As it came; empty without one. */
  body: string;
}

interface Described {
  method: Method;
  /** After `/api/v1/`, with parameters in braces. */
  path: string;
  action: Action;
  summary: string;
  query: z.ZodObject;
  /** What it takes; nothing where there is none. */
  body?: z.ZodType | undefined;
  answer: z.ZodType;
  /** Of an answer to what went well. */
  status: number;
  hasCsv: boolean;
  effort: Effort;
  asksMicrosoft: boolean;
  /** Whether If-Match says which version of a profile is meant. */
  hasVersion: boolean;
  /** Whether it must be repeatable: what it answers is shown once. */
  needsKey: boolean;
}

export type Route = Described &
  (
    | { isAcross: true; answerTo(visit: Visit, asked: Asked): Promise<Answer> }
    | { isAcross: false; answerTo(visit: DistrictVisit, asked: Asked): Promise<Answer> }
  );

interface Given<V extends Visit, Q extends z.ZodObject, A extends z.ZodType> {
  path: string;
  question: Action;
  summary: string;
  query: Q;
  answer: A;
  effort: Effort;
  asksMicrosoft?: true;
  json(visit: V, query: z.output<Q>): Promise<z.output<A> & object>;
  csv?(visit: V, query: z.output<Q>): Promise<AsyncIterable<string>>;
}

export const plain = {
  status: 200,
  hasCsv: false,
  effort: 'keyed',
  asksMicrosoft: false,
  hasVersion: false,
  needsKey: false,
} as const;

/** @param path below the district's own; empty for that */
export function ofDistrict(path: string): string {
  return path === '' ? 'tenants/{slug}' : `tenants/{slug}/${path}`;
}

/**
 * A question about a district, whose answer is checked against its description by the compiler.
 *
 * @param given `path`: below the district's own
 */
export function question<Q extends z.ZodObject, A extends z.ZodType>(given: Given<DistrictVisit, Q, A>): Route {
  return { ...described(given), path: ofDistrict(given.path), isAcross: false, answerTo: answering(given) };
}

/** The same about the relay, or all districts that the token opens. */
export function questionAcross<Q extends z.ZodObject, A extends z.ZodType>(given: Given<Visit, Q, A>): Route {
  return { ...described(given), path: given.path, isAcross: true, answerTo: answering(given) };
}

function described<V extends Visit, Q extends z.ZodObject, A extends z.ZodType>(given: Given<V, Q, A>) {
  const { question: action, summary, query, answer, effort, csv, asksMicrosoft = false } = given;
  const hasCsv = csv !== undefined;
  return { ...plain, method: 'GET' as const, action, summary, query, answer, effort, hasCsv, asksMicrosoft };
}

function answering<V extends Visit, Q extends z.ZodObject, A extends z.ZodType>({ query, json, csv }: Given<V, Q, A>) {
  return async (visit: V, asked: Asked): Promise<Answer> => {
    const checked = readQuery(query, asked.query);
    return csv !== undefined && isForCsv(checked, visit)
      ? { csv: await csv(visit, checked) }
      : { json: await json(visit, checked) };
  };
}

/** @param query checked, of a route that has a table */
export function isForCsv(query: { format?: unknown }, { headers }: Visit): boolean {
  const { format } = query;
  return wantsCsv(format === 'csv' || format === 'json' ? format : undefined, headers.accept);
}

/** Reads as of one moment, beside those who write. */
export function read<T>({ app, tenant }: DistrictVisit, fn: (scope: TenantScope) => Promise<T>): Promise<T> {
  return app.store.readTenant(tenant.id, fn);
}

/** A query that its schema cannot find wrong by itself. */
export function refuse(reason: string): never {
  throw fail('API_QUERY_INVALID', { reason });
}
