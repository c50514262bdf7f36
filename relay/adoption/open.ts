/** Objects that existed before Hallpass and have not been adopted yet. */

import { Interner } from '../compact/interner.ts';
import { PackedMap } from '../compact/packed-map.ts';
import type { Link } from '../model/account-link.ts';
import type { Found } from '../model/found.ts';
import type { Problem } from '../model/problem.ts';

/** A tenant's stamped objects that are still to be adopted. */
export interface Adoption {
  /** By object id: stamped, and not assigned to a record yet. */
  readonly found: PackedMap<string, Found>;
  /** Accounts adopted for people, by person key, that are not stored yet. */
  readonly links: PackedMap<string, Link>;
  /** Records for which nothing may be created or changed, by key, with the profile that they belong to. */
  conflicts: Map<string, { profile: string; problem: Problem }>;
}

/** @param ids shared with other tables of the tenant */
export function newAdoption(found: Iterable<Found>, ids: Interner = new Interner()): Adoption {
  const adoption: Adoption = { found: new PackedMap(ids), links: new PackedMap(ids), conflicts: new Map() };
  for (const object of found) adoption.found.set(object.objectId, object);
  return adoption;
}
