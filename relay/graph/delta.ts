/** Follows a collection's changes by a delta link, the way all of Graph's deltas work. */
import type { z } from 'zod';
import type { DeltaPosition } from '../model/delta-position.ts';
import type { GraphAnswer, ReadAnswer } from './answer.ts';
import { pageOf } from './bodies/object.ts';
import type { Cost } from './budget.ts';
import { failureOf, type GraphClient } from './client.ts';
import { readRefusal } from './graph-error.ts';

export interface DeltaReading<Item extends z.ZodType> {
  /** Where the last reading ended; undefined to read everything. */
  from: DeltaPosition | undefined;
  /** `/users/delta` */
  path: string;
  /** Names of the properties. */
  select: readonly string[];
  /** Schema of one object. */
  item: Item;
  cost?: Cost;
}

export interface DeltaTaker<T> {
  /** Receives every item, in Graph's order: pages may repeat items, and the later one counts. */
  take(item: T): void;
  /** Discard everything received: the reading starts over. */
  startOver(): void;
}

/** How often one reading may start over because its link has expired: a large directory takes minutes, not days. */
const beginnings = 3;

/**
 * Reads what changed since the last reading, or everything. An expired link, on whichever page it is reported, causes a
 * complete reading; so does, once, any other refusal of a link, because a complete reading does not send it. A link
 * made for other properties is not followed: it would not cover those selected since.
 *
 * @returns whether this was everything rather than a difference, and where the next reading begins
 * @throws as {@link GraphClient.get}
 */
export async function readDelta<Item extends z.ZodType>(
  client: GraphClient,
  { from: last, path, select, item, cost }: DeltaReading<Item>,
  taker: DeltaTaker<z.output<Item>>,
): Promise<DeltaPosition & { full: boolean }> {
  const start = `${path}?$select=${select.join(',')}`;
  const selected = [...select].sort().join(',');
  // The link may have been stored by an earlier version, or belong to another cloud.
  const isOfUse = last?.selected === selected && client.isLink(last.deltaLink, new Set());
  let from = isOfUse ? last.deltaLink : undefined;
  for (let beginning = 1; ; beginning += 1) {
    const read = await readFrom(client, from ?? start, { start, item, cost }, taker);
    if (typeof read === 'string') return { full: from === undefined, deltaLink: read, selected };
    const mayBegin = isTooOld(read) ? beginning < beginnings : beginning === 1;
    if (!mayBegin) throw failureOf(`GET ${path}`, read, undefined);
    from = undefined;
    taker.startOver();
  }
}

/** @returns where the next reading begins, or the answer that refuses the starting link */
async function readFrom<Item extends z.ZodType>(
  client: GraphClient,
  path: string,
  { start, item, cost }: { start: string; item: Item; cost: Cost | undefined },
  { take }: DeltaTaker<z.output<Item>>,
): Promise<string | GraphAnswer> {
  const seen = new Set<string>();
  // A delta page links to the next page, which was not read yet, or to the next reading, which may begin where this one
  // did.
  const page = pageOf(item).refine(({ '@odata.nextLink': next, '@odata.deltaLink': last }) =>
    last === undefined ? client.isLink(next, seen) : client.isLink(last, new Set()),
  );
  for (let next: string | undefined = path; next !== undefined; ) {
    seen.add(next);
    const answer: ReadAnswer<z.output<typeof page>> = await client.get(next, page, cost);
    if (isTooOld(answer) || (next !== start && isRefused(answer))) return answer;
    const { read } = answer;
    if (read === undefined) throw failureOf(`GET ${start.replace(/\?.*$/, '')}`, answer, undefined);
    for (const one of read.value) take(one);
    if (read['@odata.deltaLink'] !== undefined) return read['@odata.deltaLink'];
    next = read['@odata.nextLink'];
  }
  throw new TypeError('the schema lets no page pass without a link');
}

/** The link may be at fault. A caller that lacks permission or has to wait would get the same answer without a link. */
function isRefused({ status }: GraphAnswer): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 403;
}

/** Microsoft's pages mention 410, 400 with syncStateNotFound, and "resync required" with either. */
function isTooOld(answer: GraphAnswer): boolean {
  const { status } = answer;
  if (status === 410) return true;
  if (status < 400 || status >= 500) return false;
  const { code, innerCode, details, message } = readRefusal(answer);
  const codes = [code, innerCode, ...details.map((detail) => detail.code)];
  if (codes.some((code) => /^(syncState(NotFound|Invalid)|resync\w*|Directory_ExpiredPageToken)$/i.test(code)))
    return true;
  return /\bresync(hroni[sz]ation)? (is )?required\b|\bsyncState(NotFound|Invalid)\b/i.test(message);
}
