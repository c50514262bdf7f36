/** The profiles of a district, and the standing of each. */
import { z } from 'zod';
import { profileState } from '../../profile/profile.ts';
import type { Standing } from '../../profile/standing.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { readStandings } from '../../store/runs/standings.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { ask, type StoreContext, type TenantRef } from '../perform.ts';
import { failure, moment, runFailure } from './fields.ts';

export const profileStanding = z.object({
  name: z.string(),
  state: profileState,
  standing: z.string(),
  quarantine: failure.extend({ action: z.string(), since: moment }).nullable(),
  failure: runFailure.extend({ at: moment }).nullable().meta({ description: 'Why its last run did not finish.' }),
});

export const profilesAnswer = z.object({
  profiles: z.array(profileStanding.extend({ schools: z.union([z.literal('all'), z.array(z.string())]) })),
});

export type ListedProfile = z.infer<typeof profilesAnswer>['profiles'][number] & { standing: Standing };

/** By name. */
export async function districtProfiles(
  context: StoreContext,
  actor: Actor,
  tenant: TenantRef,
): Promise<readonly ListedProfile[]> {
  return (await ask(context, actor, { question: 'profiles', tenant }, profilesNow)).profiles;
}

/** By name. */
export async function profilesNow(scope: TenantScope): Promise<{ profiles: ListedProfile[] }> {
  const standings = await readStandings(scope);
  const profiles = (await readProfiles(scope)).map(({ name, state, schools }) => {
    const { standing = 'setting up', quarantine = null, failure = null } = standings.get(name) ?? {};
    return { name, state, standing, quarantine, failure, schools };
  });
  return { profiles };
}
