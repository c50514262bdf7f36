/** What there was before Hallpass and nobody has taken over yet. */

import { Interner } from '../compact/interner.ts';
import { PackedMap } from '../compact/packed-map.ts';
import type { Link } from '../model/account-link.ts';
import type { Found } from '../model/found.ts';
import type { Problem } from '../model/problem.ts';

/** What of a tenant's stamped objects is still to be taken over. */
export interface Adoption {
  /** By object id: stamped, and kept for nobody yet. */
  readonly found: PackedMap<string, Found>;
  /** Accounts taken over for people, by person key, that are not kept yet. */
  readonly links: PackedMap<string, Link>;
  /** Records for which nothing may be made or changed, by key, with the profile that they belong to. */
  conflicts: Map<string, { profile: string; problem: Problem }>;
}

/** @param ids that other tables of the tenant share */
export function newAdoption(found: Iterable<Found>, ids: Interner = new Interner()): Adoption {
  const adoption: Adoption = { found: new PackedMap(ids), links: new PackedMap(ids), conflicts: new Map() };
  for (const object of found) adoption.found.set(object.objectId, object);
  return adoption;
}
