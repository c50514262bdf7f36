/** What there was before Hallpass and nobody has taken over yet. */

import type { Link } from '../model/account-link.ts';
import type { Found } from '../model/found.ts';
import type { Problem } from '../model/problem.ts';

/** What of a tenant's stamped objects is still to be taken over. */
export interface Adoption {
  /** By object id: stamped, and kept for nobody yet. */
  readonly found: Map<string, Found>;
  /** Accounts taken over for people, by person key, that are not kept yet. */
  readonly links: Map<string, Link>;
  /** Records for which nothing may be made or changed, by key, with the profile that they belong to. */
  conflicts: Map<string, { profile: string; problem: Problem }>;
}

export function newAdoption(found: readonly Found[]): Adoption {
  return { found: new Map(found.map((object) => [object.objectId, object])), links: new Map(), conflicts: new Map() };
}
