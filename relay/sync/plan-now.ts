/** The plan as of now, from the store alone: no requests to Graph, and nothing is stored. */
import { calendarOf } from '../../shared/calendar.ts';
import { type Clock, timestamp } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Operation, Plan } from '../model/operation.ts';
import { approvalsInForce } from '../plan/decisions.ts';
import { type Guarded, guard } from '../plan/guard.ts';
import { countNotMade, type NotMade } from '../plan/past.ts';
import { earlierThan } from '../plan/recent-changes.ts';
import type { Profile } from '../profile/profile.ts';
import { districtTimeZone, listAgents } from '../store/agents/agents.ts';
import { readDirectoryState } from '../store/directory/mirror.ts';
import { readHolds } from '../store/guard/holds.ts';
import { chooseProfile, readProfiles } from '../store/profiles/profiles.ts';
import { mirrorState } from '../store/roster/mirror.ts';
import { listRuns } from '../store/runs/run-history.ts';
import type { Store, TenantScope } from '../store/store.ts';
import type { Tenant } from '../store/tenants/system.ts';
import { decide } from './decide.ts';
import { guardContext } from './guard-context.ts';
import { countTakenOver, type TakenOver } from './state/adoption.ts';
import { loadTenantState } from './state/load.ts';
import { takeDecision } from './take-decision.ts';

/** Says which part of the roster is missing, so nobody waits for the wrong thing. */
async function rosterMissing(scope: TenantScope): Promise<HallpassError> {
  const { committedAt } = await mirrorState(scope);
  if (committedAt !== null) return fail('PLAN_NOT_READY', { reason: 'a cycle of the agent is arriving' });
  const agents = (await listAgents(scope)).filter(({ revokedAt }) => revokedAt === null);
  const [agent] = agents;
  if (agent === undefined) return fail('PLAN_NOT_READY', { reason: 'no agent has enrolled' });
  const problem = agents.find(({ health }) => health?.problem !== undefined)?.health?.problem;
  if (problem === undefined) return fail('PLAN_NOT_READY', { reason: 'no agent has sent a complete roster' });
  const said = problem.message.replace(/\.$/, '');
  return fail('PLAN_NOT_READY', { reason: `the agent has a problem: ${problem.code}: ${said}` });
}

/** The accounts in Microsoft 365 have never been read, because nothing ran or every run failed. */
async function directoryUnread(scope: TenantScope, profile: string): Promise<HallpassError> {
  const [last] = await listRuns(scope, { profile, whole: true, limit: 1 });
  if (last?.error == null)
    return fail('PLAN_NOT_READY', { reason: 'the accounts in Microsoft 365 have not been read yet' });
  const { code, message, step, action } = last.error;
  return fail('PLAN_RUNS_FAIL', {
    profile,
    at: last.finishedAt ?? last.startedAt,
    step: step === null ? '' : ` while ${step}`,
    reason: `${code}: ${message.replace(/\.$/, '')}`,
    action: action ?? 'See "hallpass-relay runs" and docs/errors.md.',
  });
}

export interface PlanNow {
  profile: Profile;
  /** Version of the roster. */
  version: number;
  plan: Plan;
  guarded: Guarded;
  /** Objects adopted from Microsoft 365 without a write. */
  takenOver: TakenOver;
  /** Sections that ended before they were created. */
  notMade: NotMade;
  schoolOf(operation: Operation): string;
}

/**
 * @param which the name of a profile, or one that is not in force and takes the place of the one with its name; undefined for the only
 *   one
 * @throws HallpassError PROFILE_MISSING, PROFILE_UNKNOWN, PROFILE_NOT_NAMED, PLAN_NOT_READY, PLAN_RUNS_FAIL
 */
export async function planNow(
  store: Store,
  tenant: Tenant,
  which: Profile | string | undefined,
  clock: Pick<Clock, 'now'>,
): Promise<PlanNow> {
  const now = timestamp(clock);
  // Read as one snapshot; computed after the transaction, which may take seconds.
  const { profile, known, today, holds } = await store.readTenant(tenant.id, async (scope) => {
    const inForce = await readProfiles(scope);
    const profile = typeof which === 'object' ? which : chooseProfile(inForce, tenant.slug, which);
    const others = inForce.filter(({ name }) => name !== profile.name);
    const profiles = typeof which === 'object' ? [...others, profile] : inForce;
    const { position } = await readDirectoryState(scope);
    const known = await loadTenantState(scope, profiles);
    if (known === undefined) throw await rosterMissing(scope);
    if (position === undefined) throw await directoryUnread(scope, profile.name);
    const today = calendarOf(await districtTimeZone(scope))(clock.now(), 0);
    return { profile, known, today, holds: await readHolds(scope, profile.name) };
  });
  const state = known.profiles.get(profile.name);
  if (state === undefined) throw new TypeError(`the profile ${profile.name} was not loaded`);
  known.noteDepartures(today);
  const decided = decide(state, today);
  takeDecision(state, decided);
  const { plan, there } = decided;
  const takenOver = countTakenOver(state, there);
  const context = guardContext(state, approvalsInForce(holds, now), earlierThan(now, known.recent, [], holds));
  const guarded = guard(plan, context);
  const { covers } = state.scope;
  const notMade = countNotMade(known.roster, { covers, made: known.applied, today });
  return { profile, version: known.version, plan, guarded, takenOver, notMade, schoolOf: context.schoolOf };
}
