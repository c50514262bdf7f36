/** Reading a tenant's state from the store: as a whole, and then what has changed since. */
import { bucketKey, kinds } from '../../../shared/roster.ts';
import { newAdoption } from '../../adoption/open.ts';
import { markDrift } from '../../drift/marks.ts';
import { DirectoryIndex } from '../../identity/directory-index.ts';
import { NameHistory } from '../../identity/name-history.ts';
import { keysOfObjects } from '../../model/keys.ts';
import { personKey } from '../../model/person-key.ts';
import type { RosterChange } from '../../plan/roster-index.ts';
import type { Profile } from '../../profile/profile.ts';
import { readDeletedAccounts } from '../../store/accounts/deleted-accounts.ts';
import { readGivenNames } from '../../store/accounts/given-names.ts';
import { readLinks } from '../../store/accounts/links.ts';
import { readApplied } from '../../store/applied/applied.ts';
import { readDepartures } from '../../store/applied/departures.ts';
import { readFound } from '../../store/directory/found.ts';
import { readDirectory, readDirectoryState } from '../../store/directory/mirror.ts';
import { readDrift } from '../../store/drift/drift.ts';
import { readLastGood } from '../../store/guard/last-good.ts';
import { readAppliedProfiles } from '../../store/profiles/profiles.ts';
import { changedSince, digests, mirrorState, readRecords } from '../../store/roster/mirror.ts';
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
  const state = new TenantState({
    profiles,
    directory: new DirectoryIndex(await readDirectory(scope)),
    applied: await readApplied(scope),
    links: await readLinks(scope),
    roster: await readRoster(scope),
  });
  markDrift(state.applied, await readDrift(scope));
  const carriedOut = await readAppliedProfiles(scope);
  for (const [name, one] of state.profiles) one.carriedOut = carriedOut.get(name);
  state.departures = await readDepartures(scope);
  state.touch(keysOfObjects(state.departures.keys()));
  for (const one of await readDeletedAccounts(scope)) state.deletedAccounts.set(personKey(one.role, one.personId), one);
  state.names = new NameHistory(await readGivenNames(scope));
  const { linksEditedAt, ownersOneByOne } = await readDirectoryState(scope);
  state.linksEditedAt = linksEditedAt;
  state.habits = { ownersOneByOne };
  state.version = version;
  state.counts = await countRecords(scope);
  state.lastGood = await readLastGood(scope);
  state.adoption = newAdoption(await readFound(scope));
  adopt(state);
  return state;
}

async function readRoster(scope: TenantScope): Promise<RosterChange[]> {
  const changes: RosterChange[] = [];
  for (const kind of kinds) {
    for (const record of await readRecords(scope, kind)) {
      changes.push({ kind, schoolId: record.schoolId, id: record.id, record });
    }
  }
  return changes;
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
