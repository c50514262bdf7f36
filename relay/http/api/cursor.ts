/** Cursors: where a list continues. Their content is opaque to clients, and belongs to the path that returned it. */
import type { z } from 'zod';
import { fail } from '../../../shared/errors.ts';

export type Place = readonly (string | number)[];

export function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @param schema of a place in this list @throws HallpassError API_QUERY_INVALID */
export function readCursor<S extends z.ZodType>(cursor: string | undefined, schema: S): z.output<S> | undefined {
  if (cursor === undefined) return undefined;
  const result = schema.safeParse(parsed(cursor));
  if (result.success) return result.data;
  throw fail('API_QUERY_INVALID', { reason: 'cursor: it must be "next" from an answer of the same path' });
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

export interface Page<T> {
  page: T[];
  /** Null on the last page. */
  next: string | null;
}

/** @param found in order, with one more than the limit if there are more */
export function pageOf<T>(found: readonly T[], limit: number, placeOf: (one: T) => Place): Page<T> {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { page, next: found.length > limit && last !== undefined ? writeCursor(placeOf(last)) : null };
}

/**
 * A page of a list that is in memory as a whole. Without limit and cursor, the whole list in its own order; otherwise in
 * the order of places, so that no entry is missing or repeated when the list changes between two pages.
 */
export function pageWithin<T>(
  all: readonly T[],
  { limit, after }: { limit: number | undefined; after: Place | undefined },
  placeOf: (one: T) => Place,
): Page<T> {
  if (limit === undefined && after === undefined) return { page: [...all], next: null };
  const inOrder = [...all].sort((a, b) => compare(placeOf(a), placeOf(b)));
  const rest = after === undefined ? inOrder : inOrder.filter((one) => compare(placeOf(one), after) > 0);
  return pageOf(rest, limit ?? rest.length, placeOf);
}

function compare(a: Place, b: Place): number {
  for (const [at, value] of a.entries()) {
    const other = b[at];
    if (other === undefined || value > other) return 1;
    if (value < other) return -1;
  }
  return a.length - b.length;
}
