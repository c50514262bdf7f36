import { readDomains } from '../../graph/tenant.ts';
import { listTest } from '../../identity/account-list.ts';
import { exclusionTest } from '../../identity/candidates.ts';
import { previewMatches, type RolePreview } from '../../identity/match-preview.ts';
import type { SchoolId } from '../../model/keys.ts';
import type { Role } from '../../model/role.ts';
import { type CandidateOptions, noCandidateOptions } from '../../profile/identity-rules.ts';
import { type Claim, scopeOf } from '../../profile/scope.ts';
import { readExempt } from '../../store/accounts/exempt.ts';
import { chooseProfile, readProfiles } from '../../store/profiles/profiles.ts';
import { liveDirectory } from '../../sync/live-directory.ts';
import { readPeople } from '../../sync/read-people.ts';
import type { Actor } from '../actor.ts';
import { withGraph } from '../microsoft.ts';
import { type AppContext, enter, type TenantRef } from '../perform.ts';

/** A profile as far as matching asks for it; it need not be in force. */
export type Matched = Claim & { identity: CandidateOptions };

/**
 * Scores the rules of each role on people and directory as they are now.
 *
 * @param wanted `profile`: whose people, by name or as it would be; undefined for the people of all profiles, or of the whole roster if there is
 *   none
 */
export async function previewTenant(
  context: AppContext,
  actor: Actor,
  named: TenantRef,
  { roles, profile: which }: { roles: readonly Role[]; profile?: string | Matched | undefined },
): Promise<RolePreview[]> {
  const { store } = context;
  const tenant = await enter(store, actor, 'match', named);
  const { people, options, exempt } = await store.readTenant(tenant.id, async (scope) => {
    const profiles = await readProfiles(scope);
    const chosen = typeof which === 'string' ? chooseProfile(profiles, tenant.slug, which) : which;
    const meant: readonly Matched[] = chosen === undefined ? profiles : [chosen];
    const scopes = meant.map((profile) => scopeOf(profile, profiles));
    const [only, ...others] = meant;
    const options = only === undefined || others.length > 0 ? noCandidateOptions : only.identity;
    const covers = (id: SchoolId) => profiles.length === 0 || scopes.some((one) => one.covers(id));
    const exempt = listTest((await readExempt(scope)).map(({ account }) => account));
    return { people: await readPeople(scope, covers), options, exempt };
  });
  return await withGraph(context, tenant, async ({ client }) => {
    const verified = (await readDomains(client)).filter(({ isVerified }) => isVerified).map(({ id }) => id);
    const directory = await liveDirectory(store, tenant.id, client);
    return roles.map((role) => {
      const ofRole = people.filter((person) => person.role === role);
      return previewMatches(
        role,
        ofRole,
        directory,
        verified,
        exclusionTest(options, () => false, exempt),
      );
    });
  });
}
