/** Following a collection's changes by a delta link, the way all of Graph's deltas work. */
import type { Cost } from './budget.ts';
import { failureOf, type GraphClient } from './client.ts';

export interface DeltaReading {
  /** Where the last reading ended; undefined to read everything. */
  deltaLink: string | undefined;
  /** Where a reading of everything begins: path and query. */
  start: string;
  cost?: Cost;
}

/**
 * Reads what changed since the delta link, or everything. A link older than 7 days is answered with 410: everything is read
 * again.
 *
 * @param take called with every item, in Graph's order: pages may repeat what they have told, and what comes later counts
 * @returns whether this was everything and no difference, and where the next reading begins
 * @throws as {@link GraphClient.get}
 */
export async function readDelta<T>(
  client: GraphClient,
  { deltaLink, start, cost }: DeltaReading,
  take: (item: T) => void,
): Promise<{ full: boolean; deltaLink: string }> {
  const path = deltaLink ?? start;
  const first = await client.get(path, cost);
  if (first.status === 410 && deltaLink !== undefined) {
    return readDelta(client, { deltaLink: undefined, start, ...(cost === undefined ? {} : { cost }) }, take);
  }
  let nextLink: string | undefined;
  for await (const page of client.pages<T>(path, cost, first)) {
    for (const item of page.items) take(item);
    nextLink = page.deltaLink ?? nextLink;
  }
  if (nextLink === undefined) throw failureOf(`GET ${start.replace(/\?.*$/, '')}`, first, undefined);
  return { full: deltaLink === undefined, deltaLink: nextLink };
}
