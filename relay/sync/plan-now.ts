/** The plan as it would be made now, from the store alone: Graph is not asked, and nothing is kept. */
import { calendarOf } from '../../shared/calendar.ts';
import { type Clock, timestamp } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { approvalsInForce } from '../plan/decisions.ts';
import { type Guarded, guard } from '../plan/guard.ts';
import type { Operation, Plan } from '../plan/operation.ts';
import type { Profile } from '../profile.ts';
import { districtTimeZone } from '../store/agents.ts';
import { readDirectoryState } from '../store/directory-mirror.ts';
import { readHolds } from '../store/holds.ts';
import { chooseProfile, readProfiles } from '../store/profiles.ts';
import type { Store } from '../store/store.ts';
import type { Tenant } from '../store/system.ts';
import { decide } from './decide.ts';
import { guardContext } from './guard-context.ts';
import { countTakenOver, type TakenOver } from './state/adoption.ts';
import { loadTenantState } from './state/load.ts';

export interface PlanNow {
  profile: Profile;
  /** Version of the roster that it was made from. */
  version: number;
  plan: Plan;
  guarded: Guarded;
  /** What it finds in Microsoft 365 and takes over without a write. */
  takenOver: TakenOver;
  schoolOf(operation: Operation): string;
}

/**
 * @param profileName undefined for the only profile of the tenant
 * @throws HallpassError PROFILE_MISSING, PROFILE_UNKNOWN, PROFILE_NOT_NAMED, PLAN_NOT_READY
 */
export async function planNow(
  store: Store,
  tenant: Tenant,
  profileName: string | undefined,
  clock: Pick<Clock, 'now'>,
): Promise<PlanNow> {
  const now = timestamp(clock);
  // Read as one moment; worked out after the transaction, which may take seconds.
  const { profile, known, today, holds } = await store.readTenant(tenant.id, async (scope) => {
    const profiles = await readProfiles(scope);
    const profile = chooseProfile(profiles, tenant.slug, profileName);
    const { deltaLink } = await readDirectoryState(scope);
    if (deltaLink === undefined) throw fail('PLAN_NOT_READY', { reason: 'the directory has not been read yet' });
    const known = await loadTenantState(scope, profiles);
    if (known === undefined) throw fail('PLAN_NOT_READY', { reason: 'the roster is not complete' });
    const today = calendarOf(await districtTimeZone(scope))(clock.now(), 0);
    return { profile, known, today, holds: await readHolds(scope, profile.name) };
  });
  const state = known.profiles.get(profile.name);
  if (state === undefined) throw new TypeError(`the profile ${profile.name} was not loaded`);
  known.noteDepartures(today);
  const { plan, there } = decide(state, today);
  const takenOver = countTakenOver(state, there);
  const context = guardContext(state, approvalsInForce(holds, now));
  const guarded = guard(plan, context);
  return { profile, version: known.version, plan, guarded, takenOver, schoolOf: context.schoolOf };
}
