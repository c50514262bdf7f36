/** How evenly several loads came forward, from what was seen of them. Pure. */
import type { Written } from './microsoft.ts';

/** When the first of several tenants was done, milliseconds since the epoch; infinity before that. @param ends as in {@link sharesOf} */
export function firstAt(seen: readonly Written[], places: readonly number[], ends: readonly number[]): number {
  return seen.find(({ writes }) => places.some((place, at) => (writes[place] ?? 0) >= (ends[at] ?? 0)))?.at ?? Infinity;
}

/**
 * The writes of each tenant from the moment when all of them had begun until the first one ended, over their mean.
 *
 * @param seen in the order of time @param places of the tenants that load
 * @param ends writes with which each ends
 * @returns undefined when one ended before all had begun
 */
export function sharesOf(
  seen: readonly Written[],
  places: readonly number[],
  ends: readonly number[],
): number[] | undefined {
  const [first] = seen;
  const at = ({ writes }: Written, place: number) => writes[place] ?? 0;
  const from = seen.find((one) => places.every((place) => first !== undefined && at(one, place) > at(first, place)));
  const done = firstAt(seen, places, ends);
  const to = seen.find((one) => one.at === done);
  if (from === undefined || to === undefined || to.at <= from.at) return undefined;
  const written = places.map((place) => at(to, place) - at(from, place));
  const mean = written.reduce((sum, one) => sum + one, 0) / written.length;
  return written.map((one) => one / mean);
}
