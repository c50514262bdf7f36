/**
 * What a tenant's turn is based on, in addition to the roster. It is read when the turn begins, and again at every
 * wake-up.
 */
import type { ExemptAccount } from '../../model/exempt.ts';
import type { Blackout } from '../../profile/blackout.ts';
import type { Profile } from '../../profile/profile.ts';
import { readExempt } from '../accounts/exempt.ts';
import { readProfiles } from '../profiles/profiles.ts';
import { readQuarantines } from '../profiles/quarantine.ts';
import { readBlackouts } from '../runs/blackouts.ts';
import type { TenantScope } from '../store.ts';

export interface Basis {
  profiles: readonly Profile[];
  /** Names of profiles that may not write until a person resumes them. */
  quarantined: readonly string[];
  /** When somebody last set or removed a link by hand, ISO 8601. */
  linksEditedAt: string | null;
  /** Accounts that are never written to. */
  exempt: readonly ExemptAccount[];
  /** Days on which nothing is written. */
  blackouts: readonly Blackout[];
  /** How often a restart was requested. */
  restarts: number;
  /** When somebody last decided about a hold, ISO 8601; null if nobody has. */
  decidedAt: string | null;
}

export async function readBasis(scope: TenantScope): Promise<Basis> {
  const { db, tenantId } = scope;
  const directory = await db
    .selectFrom('directory_state')
    .select('links_edited_at')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  const control = await db
    .selectFrom('run_control')
    .select('restarts')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  const holds = await db
    .selectFrom('hold')
    .select(({ fn }) => fn.max('decided_at').as('at'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return {
    profiles: await readProfiles(scope),
    quarantined: [...(await readQuarantines(scope)).keys()].sort(),
    linksEditedAt: directory?.links_edited_at ?? null,
    exempt: await readExempt(scope),
    blackouts: await readBlackouts(scope),
    restarts: control?.restarts ?? 0,
    decidedAt: holds?.at ?? null,
  };
}
