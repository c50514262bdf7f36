/** What the API answers: who may ask, what may be said, what the answer looks like, and how it is found. */
import type { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import type { Action } from '../../app/access.ts';
import type { Actor } from '../../app/actor.ts';
import type { AppContext } from '../../app/perform.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import type { PlanSlots } from './plan-slots.ts';
import { readQuery, wantsCsv } from './query.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Somebody whose token has been accepted, and may do what the route does. */
export interface Visit {
  actor: Actor;
  app: AppContext;
  /** From the path, by name. */
  params: Record<string, string>;
  headers: { accept: string | undefined; ifMatch: string | undefined; ifNoneMatch: string | undefined };
  nowMs: number;
  /** The database, for whoever opens it again. */
  file: string;
  slots: PlanSlots;
  /** The relay's address, for agents. */
  url: string;
}

/** The same in a district that the token opens. */
export type DistrictVisit = Visit & { tenant: Tenant };

export type Pieces = AsyncIterable<string>;

/** `json` is an object, or the text of one in pieces; nothing where there is nothing to say. */
export type Answer = { status?: number; headers?: Record<string, string> } & (
  | { json: object | { pieces: Pieces } }
  | { csv: Pieces }
  | { empty: true }
);

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
  asksMicrosoft: boolean;
  /** Whether If-Match says which version of a profile is meant. */
  hasVersion: boolean;
}

export type Route = Described &
  (
    | { isAcross: true; answerTo(visit: Visit, asked: Asked): Promise<Answer> }
    | { isAcross: false; answerTo(visit: DistrictVisit, asked: Asked): Promise<Answer> }
  );

interface Given<Q extends z.ZodObject, A extends z.ZodType> {
  /** After `/tenants/{slug}/`. */
  path: string;
  question: Action;
  summary: string;
  query: Q;
  answer: A;
  asksMicrosoft?: true;
  json(visit: DistrictVisit, query: z.output<Q>): Promise<z.output<A> & object>;
  csv?(visit: DistrictVisit, query: z.output<Q>): Promise<Pieces>;
}

export const plain = {
  status: 200,
  hasCsv: false,
  asksMicrosoft: false,
  hasVersion: false,
} as const;

/** The beginning of the paths of a district. */
export const ofDistrict = 'tenants/{slug}/';

/** A question whose answer is checked against its description by the compiler. */
export function question<Q extends z.ZodObject, A extends z.ZodType>(given: Given<Q, A>): Route {
  const { path, question, summary, query, answer, csv, asksMicrosoft = false } = given;
  return {
    ...plain,
    ...{ method: 'GET' as const, path: `${ofDistrict}${path}`, action: question, summary, query, answer },
    ...{ hasCsv: csv !== undefined, asksMicrosoft, isAcross: false as const },
    async answerTo(visit: DistrictVisit, asked: Asked) {
      const checked = readQuery(query, asked.query);
      return csv !== undefined && isForCsv(checked, visit)
        ? { csv: await csv(visit, checked) }
        : { json: await given.json(visit, checked) };
    },
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
