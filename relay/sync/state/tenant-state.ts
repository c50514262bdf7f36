/**
 * What the relay knows of one tenant, in memory between two runs, so that one changed enrollment costs one plan of one
 * class and not of the whole district. Everything here can be read again from the store, and is after any failure.
 */
import { bucketKey, kinds } from '../../../shared/roster.ts';
import { markDrift } from '../../drift/marks.ts';
import { DirectoryIndex } from '../../identity/directory-index.ts';
import { NameHistory } from '../../identity/name-history.ts';
import { personKey } from '../../identity/people.ts';
import type { AppliedState } from '../../plan/applied-state.ts';
import { addKeys, type Keys } from '../../plan/keys.ts';
import type { Operation } from '../../plan/operation.ts';
import { type RosterChange, RosterIndex } from '../../plan/roster-index.ts';
import type { SchoolSource } from '../../plan/source-guard.ts';
import type { Profile } from '../../profile.ts';
import { changedSince, digests, mirrorState, readRecords } from '../../roster/mirror.ts';
import { readApplied } from '../../store/applied.ts';
import { readDirectory, readDirectoryState } from '../../store/directory-mirror.ts';
import { readDrift } from '../../store/drift.ts';
import { readFound } from '../../store/found.ts';
import { readGivenNames } from '../../store/given-names.ts';
import { readLastGood } from '../../store/last-good.ts';
import { type Link, readLinks } from '../../store/links.ts';
import type { TenantScope } from '../../store/store.ts';
import { type Adoption, adopt, newAdoption } from './adoption.ts';
import { ProfileState } from './profile-state.ts';

export class TenantState {
  /** By name. Each has its own part of the district to look after. */
  readonly profiles: ReadonlyMap<string, ProfileState>;
  readonly roster = new RosterIndex();
  readonly directory: DirectoryIndex;
  readonly applied: AppliedState;
  /** Object id by person key. */
  readonly accounts = new Map<string, string>();
  /** Accounts that belong to somebody: person key by object id. */
  readonly taken = new Map<string, string>();
  /** People whose accounts Hallpass made, or made before it lost its database. */
  readonly createdByUs = new Set<string>();
  /** What was there before Hallpass and is still to be taken over. */
  adoption: Adoption = newAdoption([]);
  /** User names that were given, by this relay, to whomever. */
  names = new NameHistory();
  /** When somebody last linked or unlinked a person by hand; what is known here is from after that. */
  linksEditedAt: string | undefined;
  version = 0;
  /** When the directory was last compared with what was done there, milliseconds. */
  driftAt: number | undefined;
  /** Records in the mirror at that version, by bucket key. */
  counts: ReadonlyMap<string, number> = new Map();
  /** Each school when a run last ended with nothing suspicious about it. */
  lastGood: Map<string, SchoolSource> = new Map();

  constructor(given: {
    profiles: readonly Profile[];
    directory: DirectoryIndex;
    applied: AppliedState;
    links: readonly Link[];
    roster: Iterable<RosterChange>;
  }) {
    this.directory = given.directory;
    this.applied = given.applied;
    this.roster.apply(given.roster);
    this.profiles = new Map(
      given.profiles.map((profile) => [profile.name, new ProfileState(profile, given.profiles, this)]),
    );
    for (const link of given.links) this.addLink(link);
  }

  addLink({ role, personId, objectId, rule }: Link): void {
    const key = personKey(role, personId);
    this.accounts.set(key, objectId);
    this.taken.set(objectId, key);
    if (rule === 'created' || rule === 'adopted') this.createdByUs.add(key);
  }

  /** An account was made for the person. */
  noteCreated(key: string, objectId: string): void {
    this.taken.set(objectId, key);
    this.createdByUs.add(key);
  }

  /** A name was given, whether or not the account came about. */
  noteNamed({ personKey: key, user }: Extract<Operation, { kind: 'createUser' }>): void {
    if (user.creation !== undefined) this.names.add(user.creation.userPrincipalName, key);
  }

  /** The account is gone: the person needs another, and whatever it had. */
  endLink({ role, personId, objectId }: Link): void {
    const key = personKey(role, personId);
    this.accounts.delete(key);
    this.taken.delete(objectId);
    this.createdByUs.delete(key);
    this.applied.users.delete(key);
    const { members, owners, schoolUsers, licences } = this.applied;
    for (const sets of [members, owners, schoolUsers, licences]) for (const people of sets.values()) people.delete(key);
    this.touchPerson(key);
  }

  /** Somebody has an account from now on, or none: the person and all their classes are planned anew. */
  touchPerson(key: string): void {
    this.touch(this.roster.keysOf(key));
  }

  /** These are planned anew, by the profile that covers them. */
  touch(keys: Keys): void {
    for (const { pending } of this.profiles.values()) addKeys(pending, keys);
  }
}

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
  state.names = new NameHistory(await readGivenNames(scope));
  state.linksEditedAt = (await readDirectoryState(scope)).linksEditedAt;
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
  state.touch(state.roster.apply(await changedSince(scope, state.version)));
  adopt(state);
  state.counts = await countRecords(scope);
  state.version = version;
}

async function countRecords(scope: TenantScope): Promise<Map<string, number>> {
  return new Map((await digests(scope)).map((bucket) => [bucketKey(bucket), bucket.digest.count]));
}
