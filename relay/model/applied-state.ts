/** The applied state: what Microsoft 365 has because we created or found it, as far as plans need it. */
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
  type GroupingId,
  type LicenseKey,
  type ObjectKey,
  type ObjectParts,
  type SchoolId,
  type SectionId,
} from './keys.ts';
import type { MemberKey, PersonKey } from './person-key.ts';

/** A team that was requested from Microsoft. */
export interface AppliedTeam {
  /** Object id of the class. */
  objectId: string;
  /** `waiting`: the Teams service does not know the class yet. `accepted`: the team is being created. */
  state: 'waiting' | 'accepted' | 'there';
  /** Id of the operation that creates it, if Graph gave one. */
  operation: string | undefined;
  /** When it was first requested, and when Microsoft last answered: ISO 8601. */
  since: string;
  at: string;
}

export interface AppliedObject {
  objectId: string;
  body: Body;
}

/** What Microsoft 365 has because we created or found it. */
export interface AppliedState {
  schools: Map<SchoolId, AppliedObject>;
  classes: Map<SectionId, AppliedObject>;
  users: Map<PersonKey, AppliedObject>;
  /** Security groups of roles, schools and grade levels. */
  groups: Map<GroupingId, AppliedObject>;
  members: RelationMap<SectionId, MemberKey>;
  owners: RelationMap<SectionId, MemberKey>;
  schoolClasses: RelationMap<SchoolId, SectionId>;
  schoolUsers: RelationMap<SchoolId, PersonKey>;
  groupMembers: RelationMap<GroupingId, MemberKey>;
  /** People by SKU or group, see licenseKey. */
  licenses: RelationMap<LicenseKey, PersonKey>;
  /**
   * Accounts that Hallpass disabled, as person keys under `disabled`, and those that it signed out then, under
   * `signedOut`; classes whose teams it archived, under `archived`, and those that it may have marked as expired, under
   * `expired`; people whose membership is from an earlier role, see earlierRole, and those whose membership may have
   * ended with their ownership, see formerOwners.
   */
  retired: RelationMap<string, string>;
  /** Names that people gave to classes by hand and that stay, by section. */
  renamed: Map<SectionId, string>;
  /**
   * Members and owners whose state is unknown because the answer never came. They are also in `members` and `owners`,
   * so that a person who left is removed; one who belongs there is added again. The same applies to what may be retired
   * or not. See uncertainKey.
   */
  uncertain: Set<RelationKey>;
  /**
   * Changes by others that the profile wants undone: objects (`class:77`) that were changed or deleted, memberships
   * (see uncertainKey) that were ended or added. The rest of this state is what really exists.
   */
  drifted: Set<RelationKey | ObjectKey>;
  /** Recorded memberships that someone ended, and that are not restored. See uncertainKey. */
  absent: Set<RelationKey>;
  /**
   * Objects (`class:77`, `school:1`) that someone deleted, and that are not created again: nothing is planned for them.
   */
  gone: Set<ObjectKey>;
  /** By section. */
  teams: Map<SectionId, AppliedTeam>;
}

/** The applied state as it is stored: objects and relations are packed. Uncertain and differing entries are few. */
export interface PackedApplied extends AppliedState {
  schools: PackedMap<SchoolId, AppliedObject>;
  classes: PackedMap<SectionId, AppliedObject>;
  users: PackedMap<PersonKey, AppliedObject>;
  groups: PackedMap<GroupingId, AppliedObject>;
  members: Relations<SectionId, MemberKey>;
  owners: Relations<SectionId, MemberKey>;
  schoolClasses: Relations<SchoolId, SectionId>;
  schoolUsers: Relations<SchoolId, PersonKey>;
  groupMembers: Relations<GroupingId, MemberKey>;
  licenses: Relations<LicenseKey, PersonKey>;
  retired: Relations<string, string>;
  teams: PackedMap<SectionId, AppliedTeam>;
}

/** For a tenant in which nothing has been done. @param ids shared with other tables of the tenant */
export function nothingApplied(ids: Interner = new Interner()): PackedApplied {
  return {
    schools: new PackedMap(ids),
    classes: new PackedMap(ids),
    users: new PackedMap(ids),
    groups: new PackedMap(ids),
    members: new Relations(ids),
    owners: new Relations(ids),
    schoolClasses: new Relations(ids),
    schoolUsers: new Relations(ids),
    groupMembers: new Relations(ids),
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
  const { schools, classes, users, groups, teams, members, owners, schoolClasses, schoolUsers } = applied;
  const { groupMembers, licenses, retired } = applied;
  return [
    ...[schools, classes, users, groups, teams, members, owners],
    ...[schoolClasses, schoolUsers, groupMembers, licenses, retired],
  ];
}

/** A copy that can be changed without changing the original: only the few marks are copied. */
export function onTopOf(applied: AppliedState): AppliedState {
  return {
    schools: new LayeredMap(applied.schools),
    classes: new LayeredMap(applied.classes),
    users: new LayeredMap(applied.users),
    groups: new LayeredMap(applied.groups),
    members: new LayeredRelations(applied.members),
    owners: new LayeredRelations(applied.owners),
    schoolClasses: new LayeredRelations(applied.schoolClasses),
    schoolUsers: new LayeredRelations(applied.schoolUsers),
    groupMembers: new LayeredRelations(applied.groupMembers),
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

/** Who is in a class, the people and classes in a school, and who is in a security group. */
export type Membership = 'member' | 'owner' | 'schoolUser' | 'schoolClass' | 'groupMember';

/** Every relation between two things: memberships, licenses, and how something is retired. */
export type RelationKind = Membership | 'licence' | 'retired';

export type RelationKey = `${RelationKind}:${string}:${string}`;

/**
 * Names a relation among the uncertain ones, or those that others changed: `member:77:students:123`,
 * `retired:disabled:students:123`.
 */
export function uncertainKey(relation: RelationKind, container: string, item: string): RelationKey {
  return `${relation}:${container}:${item}`;
}

/**
 * The container, among retired relations, for people who are in a class in a role that they no longer have: students
 * who are now staff, and vice versa.
 */
export function earlierRole(sectionId: SectionId): string {
  return `${earlierRolePrefix}${sectionId}`;
}

export const earlierRolePrefix = 'earlierRole:';

/**
 * The container, among retired relations, for members of a class who were its owners until Hallpass removed them from
 * those: in some tenants, that ended their membership too.
 */
export function formerOwners(sectionId: SectionId): string {
  return `formerOwners:${sectionId}`;
}

/** What is noted of members of a class, for as long as they are. */
export function marksOfMembers(sectionId: SectionId): string[] {
  return [earlierRole(sectionId), formerOwners(sectionId)];
}

/** Where the relations of each kind are in the applied state. */
export function relationMaps(state: PackedApplied): Record<RelationKind, Relations<string, string>>;
export function relationMaps(state: AppliedState): Record<RelationKind, RelationMap<string, string>>;
export function relationMaps(state: AppliedState): Record<RelationKind, RelationMap<string, string>> {
  return {
    member: state.members,
    owner: state.owners,
    schoolClass: state.schoolClasses,
    schoolUser: state.schoolUsers,
    groupMember: state.groupMembers,
    licence: state.licenses,
    retired: state.retired,
  };
}

/** The people or classes recorded as in a class (by section id) or a school. */
export function recordedIn(
  applied: AppliedState,
  relation: Exclude<Membership, 'schoolClass'>,
  container: string,
): ReadonlySet<MemberKey>;
export function recordedIn(applied: AppliedState, relation: Membership, container: string): ReadonlySet<string>;
export function recordedIn(applied: AppliedState, relation: Membership, container: string): ReadonlySet<string> {
  return relationMaps(applied)[relation].get(container) ?? new Set();
}

/** Owners of a class who are certain, and whom nobody has removed. */
export function certainOwners({ owners, uncertain, absent }: AppliedState, sectionId: SectionId): MemberKey[] {
  const isCertain = (key: RelationKey) => !uncertain.has(key) && !absent.has(key);
  return [...(owners.get(sectionId) ?? [])].filter((person) => isCertain(uncertainKey('owner', sectionId, person)));
}

/** The objects of a kind, by key. */
export function objectsOf(
  applied: Pick<AppliedState, 'schools' | 'classes' | 'users' | 'groups'>,
  kind: ObjectParts['kind'],
): Map<string, AppliedObject> {
  return { school: applied.schools, class: applied.classes, user: applied.users, group: applied.groups }[kind];
}

/** People whose accounts Hallpass disabled or signed out. The items of `archived` are classes. */
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

/** What one answered operation changes in the applied state. */
export interface Applied {
  object?: ObjectParts & { objectId: string; body: Body };
  link?: Link;
  relations?: { kind: RelationKind; container: string; items: string[] };
  /** Relations that no longer exist. */
  unrelated?: { kind: RelationKind; container: string; items: string[] }[];
  /** Relations that may have ended with it. Recorded ones become uncertain. */
  doubted?: { kind: DoubtfulKind; container: string; items: string[] }[];
  /** What is now known about a class's team; undefined when the request failed. */
  team?: { sectionId: SectionId; team: AppliedTeam | undefined };
  /** What is left of an operation that may have been carried out. */
  lost?: LostAnswer;
}

/** What is known after an operation whose answer never came: everything is planned again from the current desired state. */
export type LostAnswer =
  /** It is looked up, because repeating it would create something twice. */
  | { what: 'look' }
  /** Nothing needs to be known: sending the desired state again does no harm. */
  | { what: 'again' }
  /** @property doubted recorded relations that may have ended with it */
  | ({ what: 'uncertain'; kind: DoubtfulKind; container: string; items: readonly string[] } & Pick<Applied, 'doubted'>)
  /** It may have these values or the earlier ones: they are written again. */
  | { what: 'forget'; kind: ObjectParts['kind']; key: string; names: readonly string[] }
  /**
   * The name of a class that is marked as expired: it counts as written, so that the class gets its name back when the
   * section is back, and is written again while the section is gone.
   */
  | { what: 'keep'; kind: 'class'; key: string; values: Body };

/** Relations that can become uncertain: for anything that can be taken back, we must know. */
export type DoubtfulKind = 'member' | 'owner' | 'groupMember' | 'retired';
