import { fail } from '../../shared/errors.ts';
import type { ProfileProblem } from '../profile/tenant-facts.ts';
import { validateProfile } from '../profile/validate.ts';
import type { Profile } from '../profile.ts';
import { readProfiles } from '../store/profiles.ts';
import { findTenant } from '../store/system.ts';
import { readCloudFacts, readMirrorFacts } from '../sync/profile-facts.ts';
import { type CliContext, withStore } from './context.ts';
import { withGraph } from './graph.ts';

export interface CheckedProfile {
  profile: Profile;
  problems: ProfileProblem[];
}

/**
 * Holds a profile against its tenant and mirror.
 *
 * @param given undefined for the one in force
 * @throws HallpassError PROFILE_MISSING, and whatever keeps the relay from reading the tenant
 */
export async function checkProfile(
  context: CliContext,
  tenantName: string,
  given: Profile | undefined,
): Promise<CheckedProfile> {
  return await withStore(context, async (store) => {
    const tenant = await store.system((scope) => findTenant(scope, tenantName));
    const { profile, mirror } = await store.readTenant(tenant.id, async (scope) => {
      const profile = given ?? (await readProfiles(scope))[0];
      if (profile === undefined) throw fail('PROFILE_MISSING', { tenant: tenantName });
      return { profile, mirror: await readMirrorFacts(scope, profile, context.clock.now()) };
    });
    const cloud = await withGraph(context, tenant, ({ client, roles }) => readCloudFacts(client, profile, roles));
    return { profile, problems: validateProfile(profile, { ...mirror, ...cloud }) };
  });
}
