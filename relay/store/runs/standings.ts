/** The standing of every profile of a tenant. */
import { type Quarantine, type Standing, standingOf } from '../../profile/standing.ts';
import { readProfiles } from '../profiles/profiles.ts';
import { readQuarantines } from '../profiles/quarantine.ts';
import type { TenantScope } from '../store.ts';
import { countLeftOut } from './problems.ts';
import { listRuns, type RunError } from './run-history.ts';

export interface ProfileStanding {
  standing: Standing;
  /** Why it does not write; null if it may. */
  quarantine: Quarantine | null;
  /** Why the last run failed; null if it did not. */
  failure: (RunError & { at: string }) | null;
}

/** By the profile's name. */
export async function readStandings(scope: TenantScope): Promise<Map<string, ProfileStanding>> {
  const tenant = await scope.db
    .selectFrom('tenant')
    .select('committed_at')
    .where('id', '=', scope.tenantId)
    .executeTakeFirst();
  const hasRoster = (tenant?.committed_at ?? null) !== null;
  const quarantines = await readQuarantines(scope);
  const leftOut = await countLeftOut(scope);
  const standings = new Map<string, ProfileStanding>();
  for (const { name: profile, state } of await readProfiles(scope)) {
    const quarantine = quarantines.get(profile) ?? null;
    const [run] = await listRuns(scope, { profile, whole: true, limit: 1 });
    const lastRun = run && { ...run, problems: run.problems + (leftOut.get(profile) ?? 0) };
    const standing = standingOf({ state, quarantined: quarantine !== null, hasRoster, lastRun });
    const failed = lastRun?.state === 'failed' ? lastRun.error : null;
    const failure = failed && { ...failed, at: lastRun?.finishedAt ?? lastRun?.startedAt ?? '' };
    standings.set(profile, { standing, quarantine, failure });
  }
  return standings;
}
