/** The object ids of a collection, page by page. */

import type { GraphAnswer } from './answer.ts';
import { entity, pageOf } from './bodies/object.ts';
import type { Cost } from './budget.ts';
import { failureOf, type GraphClient } from './client.ts';

const page = pageOf(entity);

/**
 * @param first the first page if it was already read
 * @returns undefined when the owner of the collection does not exist
 * @throws as {@link GraphClient.get}
 */
export async function readIds(
  client: GraphClient,
  path: string,
  cost?: Cost,
  first?: GraphAnswer,
): Promise<Set<string> | undefined> {
  const answer = first ?? (await client.get(path, page, cost));
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw failureOf(`GET ${path.replace(/\?.*$/, '')}`, answer, undefined);
  const ids = new Set<string>();
  for await (const { items } of client.pages(path, entity, cost, answer)) for (const { id } of items) ids.add(id);
  return ids;
}
