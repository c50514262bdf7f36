/** A question that the API answers: what may be asked, what the answer looks like, and how it is found. */
import type { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import type { Question } from '../../app/access.ts';
import type { Store, TenantScope } from '../../store/store.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import type { PlanDesk } from './plan-desk.ts';
import { readQuery, wantsCsv } from './query.ts';

/** Somebody whose token has been accepted, for this district. */
export interface Visit {
  tenant: Tenant;
  /** From the path, by name. */
  params: Record<string, string>;
  accept: string | undefined;
  nowMs: number;
  store: Store;
  /** The database, for whoever opens it anew. */
  file: string;
  desk: PlanDesk;
}

export type Pieces = AsyncIterable<string>;

/** `json` is an object, or the text of one in pieces. */
export type Answer = { json: object | { pieces: Pieces } } | { csv: Pieces };

export interface Route {
  /** After `/tenants/{slug}/`, with parameters in braces. */
  path: string;
  question: Question;
  summary: string;
  query: z.ZodObject;
  answer: z.ZodType;
  hasCsv: boolean;
  /** @throws HallpassError API_QUERY_INVALID, and those of what is asked */
  answerTo(visit: Visit, query: unknown): Promise<Answer>;
}

interface Given<Q extends z.ZodObject, A extends z.ZodType> {
  path: string;
  question: Question;
  summary: string;
  query: Q;
  answer: A;
  json(visit: Visit, query: z.output<Q>): Promise<z.output<A> & object>;
  csv?(visit: Visit, query: z.output<Q>): Promise<Pieces>;
}

/** A route whose answer is checked against its description by the compiler. */
export function route<Q extends z.ZodObject, A extends z.ZodType>(given: Given<Q, A>): Route {
  const { path, question, summary, query, answer, csv } = given;
  return {
    ...{ path, question, summary, query, answer, hasCsv: csv !== undefined },
    async answerTo(visit, asked) {
      const checked = readQuery(query, asked);
      return csv !== undefined && isForCsv(checked, visit)
        ? { csv: await csv(visit, checked) }
        : { json: await given.json(visit, checked) };
    },
  };
}

/** @param query checked, of a route that has a table */
export function isForCsv(query: { format?: unknown }, { accept }: Visit): boolean {
  const { format } = query;
  return wantsCsv(format === 'csv' || format === 'json' ? format : undefined, accept);
}

/** Reads as of one moment, beside those who write. */
export function read<T>({ store, tenant }: Visit, fn: (scope: TenantScope) => Promise<T>): Promise<T> {
  return store.readTenant(tenant.id, fn);
}

/** A query that its schema cannot find wrong by itself. */
export function refuse(reason: string): never {
  throw fail('API_QUERY_INVALID', { reason });
}
