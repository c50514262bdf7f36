/** The relay's answer to hello: what the tenant's profiles want from the district, and what the mirror has. */
import { protocolVersion, type Welcome } from '../../../shared/link.ts';
import { kinds, type WantedFields } from '../../../shared/roster.ts';
import { hallpassVersion } from '../../../shared/version.ts';
import type { Profile } from '../../profile/profile.ts';
import { wantedFields } from '../../profile/wanted-fields.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { digests } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';
import { nameAndSalt } from '../../store/tenants/tenants.ts';

/** Batches and commits in flight: eight of 2,000 records keep the intake busy over a slow line. */
const credit = 8;

/** @throws HallpassError PROFILE_INVALID when a stored profile no longer fits its schema */
export async function welcome(scope: TenantScope, cycleSeconds: number, now: Date): Promise<Welcome> {
  const tenant = await nameAndSalt(scope);
  const profiles = await readProfiles(scope);
  return {
    type: 'welcome',
    protocol: protocolVersion,
    relayVersion: hallpassVersion,
    tenantName: tenant.name,
    serverTime: now.toISOString(),
    salt: tenant.salt,
    wanted: wantedOf(profiles),
    schedule: { cycleSeconds: cycleSecondsOf(profiles) ?? cycleSeconds },
    credit,
    buckets: await digests(scope),
  };
}

/** The shortest interval that any profile asks for. */
function cycleSecondsOf(profiles: readonly Profile[]): number | undefined {
  const wanted = profiles.flatMap(({ schedule }) => schedule.cycleSeconds ?? []);
  return wanted.length === 0 ? undefined : Math.min(...wanted);
}

/**
 * What all profiles together need. Without a profile that is nothing: the agent then sends only the names of the
 * schools, so that they can be chosen, and no student leaves the district.
 */
export function wantedOf(profiles: readonly Profile[]): Welcome['wanted'] {
  const fields: WantedFields = {};
  for (const wanted of profiles.map(wantedFields)) {
    for (const kind of kinds) {
      const union = new Set([...(fields[kind] ?? []), ...(wanted[kind] ?? [])]);
      if (union.size > 0) fields[kind] = [...union].sort();
    }
  }
  const schools = new Set<string>();
  for (const profile of profiles) {
    if (profile.schools === 'all') return { schools: null, fields };
    for (const school of profile.schools) schools.add(school);
  }
  return { schools: [...schools].sort(), fields };
}
