/**
 * What the relay knows of one tenant, in memory between two runs, so that one changed enrollment costs one plan of one
 * class and not of the whole district. Everything here can be read again from the store, and is after any failure.
 */
import { setImmediate } from 'node:timers/promises';
import { type Adoption, newAdoption } from '../../adoption/open.ts';
import { bytesOf, type Compact } from '../../compact/compact.ts';
import { IdMap } from '../../compact/id-map.ts';
import { IdSet } from '../../compact/id-set.ts';
import { Interner } from '../../compact/interner.ts';
import { PackedMap } from '../../compact/packed-map.ts';
import type { RelationMap } from '../../compact/relations.ts';
import { DirectoryIndex } from '../../identity/directory-index.ts';
import { ExemptAccounts } from '../../identity/exempt.ts';
import { NameHistory } from '../../identity/name-history.ts';
import { isByHand, isOfOurs, type Link } from '../../model/account-link.ts';
import { nothingApplied, type PackedApplied, tablesOf } from '../../model/applied-state.ts';
import { addKeys, type Keys, keysOfObjects, noKeys, type ObjectKey } from '../../model/keys.ts';
import { type PersonKey, personKey } from '../../model/person-key.ts';
import type { Problem } from '../../model/problem.ts';
import { allHeld, type DepartureNews, lookForDepartures } from '../../plan/departures.ts';
import { handOver } from '../../plan/handover.ts';
import { RecentChanges } from '../../plan/recent-changes.ts';
import { type RosterChange, RosterIndex } from '../../plan/roster-index.ts';
import type { SchoolSource } from '../../plan/source-guard.ts';
import type { Profile } from '../../profile/profile.ts';
import { type Scope, scopeOf } from '../../profile/scope.ts';
import type { DeletedAccount } from '../../store/accounts/deleted-accounts.ts';
import type { Habits } from '../apply/applying.ts';

export class TenantState {
  /** The texts of all ids that the tables here name by number. */
  readonly ids: Interner;
  /** By name. Each has its own part of the district to look after. */
  readonly profiles: ReadonlyMap<string, ProfileState>;
  readonly roster: RosterIndex;
  readonly directory: DirectoryIndex;
  readonly applied: PackedApplied;
  /** Object id by person key. */
  readonly accounts: IdMap<PersonKey, string>;
  /** Accounts that belong to somebody: person key by object id. */
  readonly taken: IdMap<string, PersonKey>;
  /** People whose accounts Hallpass made, or made before it lost its database. */
  readonly createdByUs: IdSet<PersonKey>;
  /** People whose accounts somebody gave them by hand. */
  readonly linkedByHand: IdSet<PersonKey>;
  /** By person key, of those who had an account until somebody deleted it. */
  readonly deletedAccounts: PackedMap<PersonKey, DeletedAccount>;
  /** What was there before Hallpass and is still to be taken over. */
  adoption: Adoption;
  /** Who and what is gone from PowerSchool. */
  readonly departures: IdMap<ObjectKey, string>;
  /** What was touched since departures were last looked for; undefined for everything. */
  #arrivals: Keys | undefined;
  /** Accounts that are never written to. */
  exempt = new ExemptAccounts();
  /** User names that this relay gave to people. */
  readonly names: NameHistory;
  /** When somebody last linked or unlinked a person by hand; what is known here is from after that. */
  linksEditedAt: string | undefined;
  /** How Graph answers in this tenant. */
  habits: Habits = { ownersOneByOne: false };
  /** Whether everything that bears a stamp was read in this turn. */
  isEverythingRead = false;
  version = 0;
  /** When the directory was last compared with what was done there, milliseconds. */
  driftAt: number | undefined;
  /** Records in the mirror at that version, by bucket key. */
  counts: ReadonlyMap<string, number> = new Map();
  /** Each school when a run last ended with nothing suspicious about it. */
  lastGood: Map<string, SchoolSource> = new Map();
  /** What was carried out in the last day that nobody approved. */
  recent = new RecentChanges();

  /** Of a tenant of which nothing is known yet. */
  constructor(profiles: readonly Profile[]) {
    const ids = new Interner();
    this.ids = ids;
    this.roster = new RosterIndex(ids);
    this.directory = new DirectoryIndex([], ids);
    this.applied = nothingApplied(ids);
    this.accounts = new IdMap(ids);
    this.taken = new IdMap(ids);
    this.createdByUs = new IdSet(ids);
    this.linkedByHand = new IdSet(ids);
    this.deletedAccounts = new PackedMap(ids);
    this.departures = new IdMap(ids);
    this.adoption = newAdoption([], ids);
    this.names = new NameHistory([], ids);
    this.profiles = new Map(profiles.map((profile) => [profile.name, new ProfileState(profile, profiles, this)]));
  }

  /** Bytes kept, but for what is little: counts, marks, and what is known of the last good runs and the last day. */
  get bytes(): number {
    return bytesOf(this.#tables);
  }

  /** Gives back what growing has left over, after much was put in at once. Others have their turn between two tables. */
  async trim(): Promise<void> {
    for (const table of this.#tables) {
      table.trim();
      await setImmediate();
    }
  }

  /** Nothing was planned yet. */
  planEverything(): void {
    for (const state of this.profiles.values()) state.pending = this.allKeys();
  }

  addLink(link: Link): void {
    const { role, personId, objectId } = link;
    const key = personKey(role, personId);
    this.accounts.set(key, objectId);
    this.taken.set(objectId, key);
    this.deletedAccounts.delete(key);
    if (isOfOurs(link)) this.createdByUs.add(key);
    if (isByHand(link)) this.linkedByHand.add(key);
    else this.linkedByHand.delete(key);
  }

  /** The account of one record is another's from now on, with all that it has in Microsoft 365. */
  handOver(from: PersonKey, link: Link): void {
    const to = personKey(link.role, link.personId);
    handOver(this.applied, from, to);
    this.accounts.delete(from);
    const isOurs = this.createdByUs.delete(from);
    this.linkedByHand.delete(from);
    this.addLink(link);
    if (isOurs) this.createdByUs.add(to);
    this.names.handOver(from, to);
    this.touchPerson(from);
    this.touchPerson(to);
    // Where the one who had it is still there, they have no account from now on, in every run.
    for (const state of this.profiles.values()) state.unsettled.add(from);
  }

  /** An account was made for the person. */
  noteCreated(key: PersonKey, objectId: string): void {
    this.taken.set(objectId, key);
    this.deletedAccounts.delete(key);
    this.createdByUs.add(key);
  }

  /** The account is gone: the person needs another, and whatever it had. */
  endLink({ role, personId, objectId }: Pick<Link, 'role' | 'personId' | 'objectId'>): void {
    const key = personKey(role, personId);
    this.accounts.delete(key);
    this.taken.delete(objectId);
    this.createdByUs.delete(key);
    this.linkedByHand.delete(key);
    this.applied.users.delete(key);
    const { members, owners, schoolUsers, groupMembers, licenses, retired } = this.applied;
    const relations: RelationMap<string, string>[] = [members, owners, schoolUsers, groupMembers, licenses, retired];
    for (const sets of relations) for (const container of sets.containersOf(key)) sets.get(container)?.delete(key);
    this.touchPerson(key);
  }

  /** Records of the roster came, changed or went: what depends on them is planned again. */
  takeRoster(changes: Iterable<RosterChange>): void {
    this.touch(this.roster.apply(changes));
  }

  /** Notes who and what is gone since the last look, or back. @param today the district's date, YYYY-MM-DD */
  noteDepartures(today: string): DepartureNews {
    const news = lookForDepartures(this.departures, this.#arrivals ?? allHeld(this, this.departures), this);
    this.#arrivals = noKeys();
    for (const key of news.gone) this.departures.set(key, today);
    if (news.gone.length > 0) this.touch(keysOfObjects(news.gone));
    for (const key of news.back) this.departures.delete(key);
    return news;
  }

  /** Everything that there is in the roster, and what is gone from it. */
  allKeys(): Keys {
    const keys = this.roster.allKeys();
    addKeys(keys, keysOfObjects(this.departures.keys()));
    return keys;
  }

  /** Somebody has an account from now on, or none: the person and all their classes are planned again. */
  touchPerson(key: PersonKey): void {
    this.touch(this.roster.keysOf(key));
  }

  /** These are planned again, by the profile that covers them. */
  touch(keys: Keys): void {
    if (this.#arrivals !== undefined) addKeys(this.#arrivals, keys);
    for (const { pending } of this.profiles.values()) addKeys(pending, keys);
  }

  get #tables(): Compact[] {
    const { ids, roster, directory, applied, accounts, taken, createdByUs, linkedByHand } = this;
    const ofProfiles = [...this.profiles.values()].flatMap(({ rosterProblems, refusals }) => [
      rosterProblems,
      refusals,
    ]);
    return [
      ...[ids, ...roster.tables, ...directory.tables, ...tablesOf(applied), accounts, taken, createdByUs, linkedByHand],
      ...[this.deletedAccounts, this.departures, this.names, this.adoption.found, this.adoption.links, ...ofProfiles],
    ];
  }
}

/** What one profile of a tenant has to do. */
export class ProfileState {
  readonly profile: Profile;
  /** As a run last carried it out; undefined before the first time. */
  carriedOut: Profile | undefined;
  readonly scope: Scope;
  /** What is known of the tenant, whichever profile made it. */
  readonly tenant: TenantState;
  /** What must be planned: what changed, and what an earlier run left undone. */
  pending: Keys;
  /** People without an account, or of several profiles, when a run last looked. */
  unsettled: Set<PersonKey>;
  /** The date for which memberships were last derived. */
  today = '';
  /** The roster's version at which a run last ended with nothing suspicious about any school. */
  goodVersion = -1;
  /** What is wrong with the roster, by section, and with whom it no longer has, by person. */
  readonly rosterProblems: PackedMap<string, Problem[]>;
  /** What people changed by hand in Microsoft 365, as far as the profile wants to hear of it. */
  driftProblems: readonly Problem[] = [];
  /** What Graph refused, by the key of the operation: `class:77`, `students:123`, `school:1`. */
  readonly refusals: PackedMap<string, Problem[]>;

  /** @param all the profiles of the tenant */
  constructor(profile: Profile, all: readonly Profile[], tenant: TenantState) {
    this.profile = profile;
    this.scope = scopeOf(profile, all);
    this.tenant = tenant;
    this.pending = tenant.allKeys();
    this.unsettled = new IdSet(tenant.ids);
    this.rosterProblems = new PackedMap(tenant.ids);
    this.refusals = new PackedMap(tenant.ids);
  }

  /** What is pending is planned: from now on, only what is touched again. */
  donePlanning(): void {
    this.pending = noKeys();
  }
}
