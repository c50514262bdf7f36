/** The applied state: what Microsoft 365 has because we made or found it, as far as plans look at it. */
import type { Compact } from '../compact/compact.ts';
import { Interner } from '../compact/interner.ts';
import { LayeredMap } from '../compact/layered.ts';
import { LayeredRelations } from '../compact/layered-relations.ts';
import { PackedMap } from '../compact/packed-map.ts';
import { type RelationMap, Relations } from '../compact/relations.ts';
import type { Link } from './account-link.ts';
import type { Body } from './body.ts';
import {
  asSectionId,
  type LicenseKey,
  type ObjectKey,
  type ObjectParts,
  type SchoolId,
  type SectionId,
} from './keys.ts';
import type { MemberKey, PersonKey } from './person-key.ts';

/** A team that Microsoft was asked for. */
export interface AppliedTeam {
  /** Of the class. */
  objectId: string;
  /** `waiting`: the Teams service does not know the class yet. `accepted`: the team is being made. */
  state: 'waiting' | 'accepted' | 'there';
  /** Id of the operation that makes it, where Graph gave one. */
  operation: string | undefined;
  /** When Microsoft was first asked, and when it last answered: ISO 8601. */
  since: string;
  at: string;
}

export interface AppliedObject {
  objectId: string;
  body: Body;
}

/** What Microsoft 365 has because we made or found it. */
export interface AppliedState {
  schools: Map<SchoolId, AppliedObject>;
  classes: Map<SectionId, AppliedObject>;
  users: Map<PersonKey, AppliedObject>;
  members: RelationMap<SectionId, MemberKey>;
  owners: RelationMap<SectionId, MemberKey>;
  schoolClasses: RelationMap<SchoolId, SectionId>;
  schoolUsers: RelationMap<SchoolId, PersonKey>;
  /** People by SKU or group, see licenseKey. */
  licenses: RelationMap<LicenseKey, PersonKey>;
  /**
   * Accounts that Hallpass disabled, as person keys under `disabled`, and those that it signed out then, under `signedOut`, classes whose teams it archived, under `archived`, and people
   * whose membership is of an earlier role, see earlierRole.
   */
  retired: RelationMap<string, string>;
  /** Names of classes that somebody gave them by hand and that stay, by section. */
  renamed: Map<SectionId, string>;
  /**
   * Members and owners of whom it is not known whether they still, or already, are: the answer never came. They are among
   * `members` and `owners`, so that anyone who left is removed; anyone who belongs there is added again. Likewise
   * what may be retired or not. See uncertainKey.
   */
  uncertain: Set<RelationKey>;
  /**
   * What somebody else did and the profile wants undone: objects (`class:77`) that were changed or deleted, memberships
   * (see uncertainKey) that were ended, or made. The rest of this state says what is really there.
   */
  drifted: Set<RelationKey | ObjectKey>;
  /** Recorded memberships that somebody ended, and that are not made again. See uncertainKey. */
  absent: Set<RelationKey>;
  /** Objects (`class:77`, `school:1`) that somebody deleted, and that are not made again: nothing is planned for them. */
  gone: Set<ObjectKey>;
  /** By section. */
  teams: Map<SectionId, AppliedTeam>;
}

/** The applied state as it is kept: objects and relations are packed. What is uncertain, and what differs, is little. */
export interface PackedApplied extends AppliedState {
  schools: PackedMap<SchoolId, AppliedObject>;
  classes: PackedMap<SectionId, AppliedObject>;
  users: PackedMap<PersonKey, AppliedObject>;
  members: Relations<SectionId, MemberKey>;
  owners: Relations<SectionId, MemberKey>;
  schoolClasses: Relations<SchoolId, SectionId>;
  schoolUsers: Relations<SchoolId, PersonKey>;
  licenses: Relations<LicenseKey, PersonKey>;
  retired: Relations<string, string>;
  teams: PackedMap<SectionId, AppliedTeam>;
}

/** Of a tenant in which nothing has been done. @param ids that other tables of the tenant share */
export function nothingApplied(ids: Interner = new Interner()): PackedApplied {
  return {
    schools: new PackedMap(ids),
    classes: new PackedMap(ids),
    users: new PackedMap(ids),
    members: new Relations(ids),
    owners: new Relations(ids),
    schoolClasses: new Relations(ids),
    schoolUsers: new Relations(ids),
    licenses: new Relations(ids),
    retired: new Relations(ids),
    renamed: new Map(),
    uncertain: new Set(),
    drifted: new Set(),
    absent: new Set(),
    gone: new Set(),
    teams: new PackedMap(ids),
  };
}

/** Its packed parts. */
export function tablesOf(applied: PackedApplied): Compact[] {
  const { schools, classes, users, teams, members, owners, schoolClasses, schoolUsers, licenses, retired } = applied;
  return [schools, classes, users, teams, members, owners, schoolClasses, schoolUsers, licenses, retired];
}

/** Shows the same, and can be changed without changing it: of what is there only the marks are copied, which are few. */
export function onTopOf(applied: AppliedState): AppliedState {
  return {
    schools: new LayeredMap(applied.schools),
    classes: new LayeredMap(applied.classes),
    users: new LayeredMap(applied.users),
    members: new LayeredRelations(applied.members),
    owners: new LayeredRelations(applied.owners),
    schoolClasses: new LayeredRelations(applied.schoolClasses),
    schoolUsers: new LayeredRelations(applied.schoolUsers),
    licenses: new LayeredRelations(applied.licenses),
    retired: new LayeredRelations(applied.retired),
    renamed: new Map(applied.renamed),
    uncertain: new Set(applied.uncertain),
    drifted: new Set(applied.drifted),
    absent: new Set(applied.absent),
    gone: new Set(applied.gone),
    teams: new LayeredMap(applied.teams),
  };
}

/** Who is in a class, and who and what is in a school. */
export type Membership = 'member' | 'owner' | 'schoolUser' | 'schoolClass';

/** Everything that holds between two things: what is in what, who has which license, what is retired how. */
export type RelationKind = Membership | 'licence' | 'retired';

export type RelationKey = `${RelationKind}:${string}:${string}`;

/**
 * Names a relation among the uncertain ones, or those that somebody else changed: `member:77:students:123`,
 * `retired:disabled:students:123`.
 */
export function uncertainKey(relation: RelationKind, container: string, item: string): RelationKey {
  return `${relation}:${container}:${item}`;
}

/**
 * Container, among what is retired, of the people of a class who are in it in a role that they no longer have: students who are
 * staff now, and the reverse.
 */
export function earlierRole(sectionId: SectionId): string {
  return `${earlierRolePrefix}${sectionId}`;
}

export const earlierRolePrefix = 'earlierRole:';

/** Where the relations of a kind are in the applied state. */
export function relationMaps(state: PackedApplied): Record<RelationKind, Relations<string, string>>;
export function relationMaps(state: AppliedState): Record<RelationKind, RelationMap<string, string>>;
export function relationMaps(state: AppliedState): Record<RelationKind, RelationMap<string, string>> {
  return {
    member: state.members,
    owner: state.owners,
    schoolClass: state.schoolClasses,
    schoolUser: state.schoolUsers,
    licence: state.licenses,
    retired: state.retired,
  };
}

/** Who or what is recorded as in a class (by section id) or a school. */
export function recordedIn(
  applied: AppliedState,
  relation: Exclude<Membership, 'schoolClass'>,
  container: string,
): ReadonlySet<MemberKey>;
export function recordedIn(applied: AppliedState, relation: Membership, container: string): ReadonlySet<string>;
export function recordedIn(applied: AppliedState, relation: Membership, container: string): ReadonlySet<string> {
  return relationMaps(applied)[relation].get(container) ?? new Set();
}

/** Owners of a class of whom nothing is in doubt, and whom nobody has removed. */
export function certainOwners({ owners, uncertain, absent }: AppliedState, sectionId: SectionId): MemberKey[] {
  const isCertain = (key: RelationKey) => !uncertain.has(key) && !absent.has(key);
  return [...(owners.get(sectionId) ?? [])].filter((person) => isCertain(uncertainKey('owner', sectionId, person)));
}

/** The objects of a kind, by key. */
export function objectsOf(
  applied: Pick<AppliedState, 'schools' | 'classes' | 'users'>,
  kind: 'school' | 'class' | 'user',
): Map<string, AppliedObject> {
  return { school: applied.schools, class: applied.classes, user: applied.users }[kind];
}

/** Whose accounts Hallpass disabled, or signed out. The items of `archived` are classes. */
export function retiredPeople(
  { retired }: Pick<AppliedState, 'retired'>,
  how: 'disabled' | 'signedOut',
): ReadonlySet<PersonKey> {
  return (retired.get(how) ?? new Set()) as ReadonlySet<string> as ReadonlySet<PersonKey>;
}

/** Classes whose teams Hallpass archived. */
export function archivedClasses({ retired }: Pick<AppliedState, 'retired'>): SectionId[] {
  return [...(retired.get('archived') ?? [])].map(asSectionId);
}

/** What one answered operation leaves in the applied state. */
export interface Applied {
  object?: ObjectParts & { objectId: string; body: Body };
  link?: Link;
  relations?: { kind: RelationKind; container: string; items: string[] };
  /** Relations that are no more. */
  unrelated?: { kind: RelationKind; container: string; items: string[] }[];
  /** Relations that may have ended with it. Those that are recorded become uncertain. */
  doubted?: { kind: DoubtfulKind; container: string; items: string[] }[];
  /** What is known of a class's team now; undefined when it came to nothing. */
  team?: { sectionId: SectionId; team: AppliedTeam | undefined };
}

/** Relations that may be left in doubt: what can be taken back must be known. */
export type DoubtfulKind = 'member' | 'owner' | 'retired';
