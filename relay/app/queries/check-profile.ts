import { fail, HallpassError } from '../../../shared/errors.ts';
import type { GraphClient } from '../../graph/client.ts';
import { readSkus } from '../../graph/tenant.ts';
import type { SkuFacts } from '../../model/tenant-facts.ts';
import { lackingToWrite } from '../../operations/permission-uses.ts';
import type { Profile } from '../../profile/profile.ts';
import type { ProfileProblem, StampFacts, TenantFacts } from '../../profile/tenant-facts.ts';
import { validateProfile } from '../../profile/validate.ts';
import { chooseProfile, readProfiles } from '../../store/profiles/profiles.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import { readCloudFacts, readMirrorFacts } from '../../sync/profile-facts.ts';
import type { Actor } from '../actor.ts';
import { withGraph } from '../microsoft.ts';
import { type AppContext, enter, type TenantRef } from '../perform.ts';

export interface CheckedProfile {
  profile: Profile;
  problems: ProfileProblem[];
  /** How School Data Sync's ids fit the roster. */
  stamps: StampFacts;
  /** Permissions that it needs to write, and that are not granted; empty if Microsoft 365 could not be queried. */
  lackingToWrite: readonly string[];
  /** Why Microsoft 365 could not be queried; undefined if it was. */
  unasked: HallpassError | undefined;
}

/**
 * Checks a profile against its tenant and mirror. If Microsoft 365 cannot be queried, everything else is still checked.
 *
 * @param which a profile that is not in force, or the name of one that is; undefined for the only one
 * @throws HallpassError PROFILE_MISSING, PROFILE_UNKNOWN, PROFILE_NOT_NAMED, STORE_UNAVAILABLE
 */
export async function checkProfile(
  context: AppContext,
  actor: Actor,
  named: TenantRef,
  which: Profile | string | undefined,
): Promise<CheckedProfile> {
  const { store, clock } = context;
  const tenant = await enter(store, actor, 'check', named);
  const { profile, mirror } = await store.readTenant(tenant.id, async (scope) => {
    const profiles = await readProfiles(scope);
    const profile = typeof which === 'object' ? which : chooseProfile(profiles, tenant.slug, which);
    return { profile, mirror: await readMirrorFacts(scope, profile, profiles, clock.now()) };
  });
  const { cloud, unasked } = await askCloud(context, tenant, async ({ client, roles }) => ({
    facts: await readCloudFacts(client, profile, roles),
    lacking: lackingToWrite(profile, roles),
  }));
  const nothing = { domains: undefined, skus: undefined, groups: new Map(), notPermitted: [] };
  const facts: TenantFacts = { ...mirror, ...(cloud?.facts ?? nothing), unasked: unasked?.message };
  const problems = validateProfile(profile, facts);
  return { profile, problems, stamps: mirror.stamps, lackingToWrite: cloud?.lacking ?? [], unasked };
}

/**
 * @throws HallpassError PROFILE_NOT_READY when there are errors, and the error if Microsoft 365 could not be queried
 */
export function needReady({ profile, problems, unasked }: CheckedProfile, tenant: string): void {
  const count = problems.filter(({ severity }) => severity === 'error').length;
  if (count > 0) throw fail('PROFILE_NOT_READY', { profile: profile.name, tenant, count });
  if (unasked !== undefined) throw unasked;
}

/** @param page where an administrator grants it @throws HallpassError WRITE_CONSENT_MISSING */
export function needWriteConsent(
  { profile, lackingToWrite: roles }: CheckedProfile,
  tenant: string,
  page: string,
): void {
  if (roles.length === 0) return;
  throw fail('WRITE_CONSENT_MISSING', { profile: profile.name, tenant, roles: roles.join(', '), page });
}

/** The licenses that names in a document can refer to. */
export async function skusNow(
  context: AppContext,
  actor: Actor,
  named: TenantRef,
): Promise<readonly SkuFacts[] | { unread: string }> {
  const tenant = await enter(context.store, actor, 'licenses', named);
  const { cloud, unasked } = await askCloud(context, tenant, ({ client }) => readSkus(client));
  return cloud ?? { unread: unasked?.message.replace(/\.$/, '') ?? '' };
}

type Asked<T> = { cloud: T; unasked: undefined } | { cloud: undefined; unasked: HallpassError };

async function askCloud<T>(
  context: AppContext,
  tenant: Tenant,
  fn: (graph: { client: GraphClient; roles: readonly string[] }) => Promise<T>,
): Promise<Asked<T>> {
  try {
    return { cloud: await withGraph(context, tenant, fn), unasked: undefined };
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    return { cloud: undefined, unasked: error };
  }
}
