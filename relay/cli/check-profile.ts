import type { ProfileProblem, StampFacts } from '../profile/tenant-facts.ts';
import { validateProfile } from '../profile/validate.ts';
import type { Profile } from '../profile.ts';
import { chooseProfile, readProfiles } from '../store/profiles.ts';
import { findTenant } from '../store/system.ts';
import { readCloudFacts, readMirrorFacts } from '../sync/profile-facts.ts';
import { type CliContext, withStore } from './context.ts';
import { withGraph } from './graph.ts';

export interface CheckedProfile {
  profile: Profile;
  problems: ProfileProblem[];
  /** How School Data Sync's ids fit the roster. */
  stamps: StampFacts;
}

/**
 * Holds a profile against its tenant and mirror.
 *
 * @param which a profile that is not in force, or the name of one that is; undefined for the only one
 * @throws HallpassError PROFILE_MISSING, PROFILE_UNKNOWN, PROFILE_NOT_NAMED, and whatever keeps the relay from reading the tenant
 */
export async function checkProfile(
  context: CliContext,
  tenantName: string,
  which: Profile | string | undefined,
): Promise<CheckedProfile> {
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, tenantName));
    const { profile, mirror } = await store.readTenant(tenant.id, async (scope) => {
      const profiles = await readProfiles(scope);
      const profile = typeof which === 'object' ? which : chooseProfile(profiles, tenantName, which);
      const facts = await readMirrorFacts(scope, profile, profiles, context.clock.now());
      return { profile, mirror: facts };
    });
    const cloud = await withGraph(context, tenant, ({ client, roles }) => readCloudFacts(client, profile, roles));
    return { profile, problems: validateProfile(profile, { ...mirror, ...cloud }), stamps: mirror.stamps };
  });
}
