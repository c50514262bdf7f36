/** Following a collection's changes by a delta link, the way all of Graph's deltas work. */
import type { Cost } from './budget.ts';
import { failureOf, type GraphAnswer, type GraphClient } from './client.ts';
import { isCollection, isFields } from './readable.ts';

export interface DeltaReading {
  /** Where the last reading ended; undefined to read everything. */
  deltaLink: string | undefined;
  /** Where a reading of everything begins: path and query. */
  start: string;
  cost?: Cost;
}

export interface DeltaTaker<T> {
  /** Every item, in Graph's order: pages may repeat what they have told, and what comes later counts. */
  take(item: T): void;
  /** Everything that was taken is to be forgotten: the reading begins again. */
  startOver(): void;
}

/** How often one reading may begin again because a link of it is too old: a large directory takes minutes, not days. */
const beginnings = 3;

/**
 * Reads what changed since the delta link, or everything. A link that is too old, on whichever page it is told, means that
 * everything is read again.
 *
 * @returns whether this was everything and no difference, and where the next reading begins
 * @throws as {@link GraphClient.get}
 */
export async function readDelta<T>(
  client: GraphClient,
  { deltaLink, start, cost }: DeltaReading,
  taker: DeltaTaker<T>,
): Promise<{ full: boolean; deltaLink: string }> {
  let from = deltaLink;
  for (let beginning = 1; ; beginning += 1) {
    const read = await readFrom<T>(client, from ?? start, start, cost, taker);
    if (typeof read === 'string') return { full: from === undefined, deltaLink: read };
    if (beginning >= beginnings) throw failureOf(`GET ${start.replace(/\?.*$/, '')}`, read, undefined);
    from = undefined;
    taker.startOver();
  }
}

/** @returns where the next reading begins, or the answer that says that this one went on from too old a link */
async function readFrom<T>(
  client: GraphClient,
  path: string,
  start: string,
  cost: Cost | undefined,
  { take }: DeltaTaker<T>,
): Promise<string | GraphAnswer> {
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer: GraphAnswer = await client.get(next, cost, isPage);
    if (isTooOld(answer)) return answer;
    if (answer.status !== 200) throw failureOf(`GET ${start.replace(/\?.*$/, '')}`, answer, undefined);
    const page = answer.body as { value: T[]; '@odata.nextLink'?: string; '@odata.deltaLink'?: string };
    for (const item of page.value) take(item);
    if (page['@odata.deltaLink'] !== undefined) return page['@odata.deltaLink'];
    next = page['@odata.nextLink'];
  }
  throw new TypeError('isPage lets no page pass without a link');
}

/** A page of a delta leads on: to the next page or to the next reading. */
function isPage(body: unknown): boolean {
  if (!isFields(body) || !isCollection(body)) return false;
  const [next, last] = [body['@odata.nextLink'], body['@odata.deltaLink']];
  return typeof (last ?? next) === 'string';
}

/**
 * Microsoft's pages say 410, 400 with syncStateNotFound, and "resync required" with either; what is 400 for another reason
 * would be refused again by a reading of everything.
 */
function isTooOld({ status, body }: GraphAnswer): boolean {
  if (status === 410) return true;
  if (status < 400 || status >= 500 || !isFields(body) || !isFields(body.error)) return false;
  const { error } = body;
  const inner = [error.innerError, error.innererror, ...(Array.isArray(error.details) ? error.details : [])];
  const codes = [error, ...inner.filter(isFields)].map(({ code }) => String(code ?? ''));
  if (codes.some((code) => /^(syncState(NotFound|Invalid)|resync\w*|Directory_ExpiredPageToken)$/i.test(code)))
    return true;
  return /\bresync(hroni[sz]ation)? (is )?required\b|\bsyncState(NotFound|Invalid)\b/i.test(
    String(error.message ?? ''),
  );
}
