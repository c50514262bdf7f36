/** Reading a tenant's state from the store: as a whole, and then what has changed since. */
import { bucketKey, type Kind, kinds, parseBucketKey } from '../../../shared/roster.ts';
import { markDrift } from '../../drift/marks.ts';
import { ExemptAccounts } from '../../identity/exempt.ts';
import { personKey } from '../../model/person-key.ts';
import { RecentChanges } from '../../plan/recent-changes.ts';
import type { Profile } from '../../profile/profile.ts';
import { readDeletedAccounts } from '../../store/accounts/deleted-accounts.ts';
import { readExempt } from '../../store/accounts/exempt.ts';
import { readGivenNames } from '../../store/accounts/given-names.ts';
import { linkPages } from '../../store/accounts/links.ts';
import { readApplied } from '../../store/applied/applied.ts';
import { readDepartures } from '../../store/applied/departures.ts';
import { foundPages } from '../../store/directory/found.ts';
import { directoryPages, readDirectoryState } from '../../store/directory/mirror.ts';
import { readDrift } from '../../store/drift/drift.ts';
import { readLastGood } from '../../store/guard/last-good.ts';
import { readRecentChanges } from '../../store/guard/recent-changes.ts';
import { readAppliedProfiles } from '../../store/profiles/profiles.ts';
import { changedSince, digests, mirrorState, recordPages } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';
import { adopt } from './adoption.ts';
import { TenantState } from './tenant-state.ts';

/**
 * Reads the whole tenant, in one transaction: one consistent moment. Everything is pending then. Undefined while a cycle
 * is arriving: half a cycle is not a state of PowerSchool.
 */
export async function loadTenantState(
  scope: TenantScope,
  profiles: readonly Profile[],
): Promise<TenantState | undefined> {
  const { version, settled } = await mirrorState(scope);
  if (!settled) return undefined;
  const state = new TenantState(profiles);
  const { directory, roster, names, adoption } = state;
  state.exempt = new ExemptAccounts(await readExempt(scope));
  // The directory first: what comes after names its object ids.
  for await (const page of directoryPages(scope)) {
    for (const user of page) {
      directory.add(user);
      state.exempt.note(user);
    }
  }
  for await (const page of linkPages(scope)) for (const link of page) state.addLink(link);
  const counts = await countRecords(scope);
  roster.reserve(sumOf(counts, 'studentEnrollment') + sumOf(counts, 'teacherRoster'));
  for (const kind of kinds) for await (const page of recordPages(scope, kind)) roster.load(page);
  await readApplied(scope, state.applied);
  for await (const [name, person] of readGivenNames(scope)) {
    names.add(name, person);
    const id = state.accounts.get(person);
    // A new account that the directory does not show yet has the name that it was given.
    if (id !== undefined && directory.get(id) === undefined) state.exempt.note({ id, userPrincipalName: name });
  }
  for await (const page of foundPages(scope)) for (const object of page) adoption.found.set(object.objectId, object);
  markDrift(state.applied, await readDrift(scope));
  const carriedOut = await readAppliedProfiles(scope);
  for (const [name, one] of state.profiles) one.carriedOut = carriedOut.get(name);
  for (const [key, since] of await readDepartures(scope)) state.departures.set(key, since);
  for (const one of await readDeletedAccounts(scope)) state.deletedAccounts.set(personKey(one.role, one.personId), one);
  const { linksEditedAt, ownersOneByOne } = await readDirectoryState(scope);
  state.linksEditedAt = linksEditedAt;
  state.habits = { ownersOneByOne };
  state.version = version;
  state.counts = counts;
  state.lastGood = await readLastGood(scope);
  state.recent = new RecentChanges(await readRecentChanges(scope));
  await state.trim();
  state.planEverything();
  adopt(state);
  return state;
}

/** Takes in what agents have committed since; nothing while a cycle is arriving. */
export async function refreshRoster(scope: TenantScope, state: TenantState): Promise<void> {
  const { version, settled } = await mirrorState(scope);
  if (!settled || version === state.version) return;
  state.takeRoster(await changedSince(scope, state.version));
  adopt(state);
  state.counts = await countRecords(scope);
  state.version = version;
}

async function countRecords(scope: TenantScope): Promise<Map<string, number>> {
  return new Map((await digests(scope)).map((bucket) => [bucketKey(bucket), bucket.digest.count]));
}

function sumOf(counts: ReadonlyMap<string, number>, kind: Kind): number {
  let sum = 0;
  for (const [bucket, count] of counts) if (parseBucketKey(bucket)?.kind === kind) sum += count;
  return sum;
}
