/** The object ids of a collection, page by page. */
import type { Cost } from './budget.ts';
import { failureOf, type GraphAnswer, type GraphClient } from './client.ts';
import { isCollection } from './readable.ts';

/**
 * @param first the first page, if it was read already
 * @returns undefined when what the collection belongs to is not there
 * @throws as {@link GraphClient.get}
 */
export async function readIds(
  client: GraphClient,
  path: string,
  cost?: Cost,
  first?: GraphAnswer,
): Promise<Set<string> | undefined> {
  const page = first ?? (await client.get(path, cost, isCollection));
  if (page.status === 404) return undefined;
  if (page.status !== 200) throw failureOf(`GET ${path.replace(/\?.*$/, '')}`, page, undefined);
  const ids = new Set<string>();
  for await (const { items } of client.pages<{ id: string }>(path, cost, page)) for (const { id } of items) ids.add(id);
  return ids;
}
