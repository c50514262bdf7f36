/**
 * Everything that is true of one kind of operation. Each kind has a file in this folder, and the registry lists them
 * all: a new kind does not compile until it defines every one of these things.
 */
import type { RoleMarks } from '../adoption/stamp.ts';
import type { LinkedPerson } from '../model/account-link.ts';
import type { Applied, AppliedState, LostAnswer, RelationKind } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';
import type { GroupingId, ObjectParts, OperationKey, SchoolId, SectionId } from '../model/keys.ts';
import type { Operation, OperationKind } from '../model/operation.ts';
import type { AnyOf } from '../model/permissions.ts';
import type { MemberKey, PersonKey } from '../model/person-key.ts';
import type { Profile } from '../profile/profile.ts';
import type { OutcomeRow } from './outcome-row.ts';

export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>;

export interface OperationSpec<K extends OperationKind = OperationKind> {
  /** The noun for counting: `new account`. */
  noun: string;
  /**
   * What must exist before it is sent, and is looked up when Graph answers that something is missing. While another
   * operation is about to bring it about, this one waits for that.
   */
  needs(operation: OperationOf<K>): readonly Need[];
  /**
   * The one object whose properties it writes: the applied state stores its id, and its protection may be why Graph
   * denies the change.
   */
  changes(operation: OperationOf<K>): Target | undefined;
  /**
   * The group whose people it changes: operations on one group are sent one after the other, because Graph answers
   * concurrent writes with conflicts, and reading the group shows whether they were carried out.
   */
  group(operation: OperationOf<K>): GroupChange | undefined;

  /** How it is requested from Microsoft 365. */
  request: Way<K>;
  /** Application permissions, by Microsoft's reference. */
  permissions: readonly AnyOf[];
  /** The profile option that makes these permissions necessary; undefined if every profile needs them. */
  option: ProfileOption | undefined;
  /** What Graph's refusals mean: the first matching row counts. */
  answers: readonly OutcomeRow[];
  /** What it creates, which repeating it would create twice; undefined for what can be sent again. */
  makes: Creation<K> | undefined;
  /** What is known when the answer never came: it may have been carried out or not. */
  lostAnswer(entry: { key: OperationKey; after: unknown }): LostAnswer;

  /**
   * What it does, to find the operation that does something: the repair of a difference, or what a person waits for.
   */
  does: Does;
  /**
   * Its effect on the applied state.
   *
   * @param objectId of what it creates or changes; meaningless for relations
   * @param applied before the operation
   */
  effect(operation: OperationOf<K>, objectId: string, applied: AppliedState): Applied;
  /** What the journal stores of what it writes, never including a password. */
  journal(operation: OperationOf<K>): unknown;
  /** Property values that it writes, for people; undefined for relations. */
  values(operation: OperationOf<K>): Body | undefined;
  /** The subject of the problem when it fails. */
  subject(operation: OperationOf<K>): string;

  guard: GuardCell;
  /** A sentence without a period: `Ada Lovelace joins Biology 1 (section 42)`. */
  sentence(words: Words): string;
  /** The PowerSchool value behind each property, in the words of PowerSchool's pages; empty if there is none. */
  sources: Readonly<Record<string, string>>;
}

/** In the terms of the applied state. Two kinds may do the same in different ways. */
export type Does =
  | { creates: ObjectParts['kind'] | 'team' }
  | { updates: ObjectParts['kind'] }
  | { adds: RelationKind }
  | { removes: RelationKind }
  /** For people and objects that are gone from PowerSchool, or are back. */
  | { retires: Retirement }
  | { restores: Retirement };

type Retirement = 'disabled' | 'signedOut' | 'expired' | 'archived';

export type Target =
  | { what: 'school'; id: SchoolId }
  | { what: 'class'; id: SectionId }
  /** A security group of ours. */
  | { what: 'group'; id: GroupingId }
  /** @property key a person key, or the key of an account outside the roster */
  | { what: 'person'; key: MemberKey };

export type Need =
  | Target
  /** Those among them who have an account: the operation does not wait for the others. */
  | { what: 'people'; keys: readonly PersonKey[] }
  /** @property id object id of a group that Hallpass did not create */
  | { what: 'otherGroup'; id: string }
  /** That no other profile of the district has created the same security group meanwhile. */
  | { what: 'noGroup'; id: GroupingId }
  /**
   * At least this many owners of a class; with 0, it waits for owners who are about to be added, and is sent without
   * them if they fail.
   */
  | { what: 'owners'; of: SectionId; atLeast: number }
  /** If this person is an owner of a class, there is another one. */
  | { what: 'otherOwner'; of: SectionId; than: MemberKey }
  /** Members who are about to be added to a class: it is sent without those who fail. */
  | { what: 'members'; of: SectionId }
  /** Other operations that are about to end a class: it is sent without those that fail. */
  | { what: 'ending'; of: SectionId }
  /** An account that Hallpass has disabled. */
  | { what: 'disabled'; key: PersonKey };

export interface GroupChange {
  where: Extract<Need, { what: 'class' | 'group' | 'otherGroup' }>;
  relation: 'members' | 'owners';
  adds: boolean;
}

/** A profile option that requires a permission that not every application has: for `profile check`. */
export interface ProfileOption {
  /** `classes.createTeam` */
  field: string;
  isSet(profile: Profile): boolean;
  /** What the application then may not do: `create teams`. */
  act: string;
  /** How the profile can do without: `set classes.createTeam to false`. */
  otherwise: string;
}

/** Ids of the roster's objects in this tenant. */
export interface ObjectIds {
  school(schoolId: SchoolId): string;
  class(sectionId: SectionId): string;
  group(id: GroupingId): string;
  person(personKey: MemberKey): string;
}

export interface RequestOptions {
  /** Base of `@odata.id` and `@odata.bind` references, for instance `https://graph.microsoft.com/v1.0`. */
  root: string;
  /** First password of an account to create, and whether it must be changed at the first sign-in. */
  password: (personKey: PersonKey) => { password: string; mustChange: boolean };
}

/** Relationships are deleted only through `/$ref`: without it, the user is deleted. */
export interface WriteRequest {
  method: 'POST' | 'PATCH' | 'DELETE';
  /** Below the version, with encoded values: `/groups/…`. */
  url: string;
  body?: unknown;
}

export type Way<K extends OperationKind> = GraphWay<K> | TeamsWay;

/**
 * Microsoft Teams accepts the request and acts later: relay/sync/apply/teams.ts and archiving.ts follow its progress.
 */
interface TeamsWay {
  service: 'teams';
  work: 'make' | 'archive' | 'unarchive';
}

/** One request of a batch. */
interface GraphWay<K extends OperationKind> {
  service: 'graph';
  send(operation: OperationOf<K>, ids: ObjectIds, options: RequestOptions): WriteRequest;
  /** Adds a single person, if Graph may refuse several at once in the other request. */
  sendAlone?(operation: OperationOf<K>, ids: ObjectIds, options: RequestOptions): WriteRequest;
  /** What is left to try after a refusal; undefined for nothing. */
  lesser?(operation: OperationOf<K>): OperationOf<K> | undefined;
}

/** The stamp in a search result. */
export interface MarkedItem extends RoleMarks {
  externalId?: string | null;
  externalSource?: string | null;
  /** Of a group. */
  mailNickname?: string | null;
  securityEnabled?: boolean | null;
  mailEnabled?: boolean | null;
  groupTypes?: readonly string[] | null;
  isAssignableToRole?: boolean | null;
  onPremisesSyncEnabled?: boolean | null;
}

/** How to find a created object again, possibly after a lost answer. */
export interface Creation<K extends OperationKind> {
  /**
   * Where to search, and for which value; from the journal, which stores what {@link OperationSpec.journal} returns.
   */
  search(body: Readonly<Record<string, unknown>>): Search;
  /** Whether the found object has this record's stamp. */
  isOurs(item: MarkedItem, key: OperationKey): boolean;
  /** Whether Graph refuses to create a second one: then another attempt tells more than another look-up. */
  hasUniqueName: boolean;
  /** Whether adoption has read those that are there: otherwise each is looked for before it is created. */
  isReadAhead: boolean;
  /** Reads an object whose id is in a conflict's answer; undefined if conflicts give no ids. */
  read: ((objectId: string) => string) | undefined;
  /** The account that it creates; undefined for other objects. */
  account(operation: OperationOf<K>): NewAccount | undefined;
  /** Names that must be unique. */
  claims(operation: OperationOf<K>): { userPrincipalName?: string | undefined; mailNickname?: string | undefined };
  /**
   * Rebuilds the operation from the journal, to look for what it created. @param body as {@link OperationSpec.journal}
   * returned it
   */
  fromJournal(key: OperationKey, body: Body): OperationOf<K>;
  /** The applied state of an object found after a kill: unknown values are written again. */
  found(key: OperationKey, body: Body, objectId: string): Applied;
}

/**
 * An account to create: its name belongs to the person for good, and its first password is stored before it is sent.
 */
export interface NewAccount extends LinkedPerson {
  userPrincipalName: string;
  /** Whether it replaces one that someone deleted. */
  isAnother: boolean;
}

export interface Search {
  /** `/education/users` */
  path: string;
  property: string;
  value: string;
  select: string;
}

/** What a school has that operations of a kind change or end. */
export type Stock =
  | 'members'
  | 'owners'
  | 'schoolUsers'
  | 'schoolClasses'
  | 'classes'
  | 'schools'
  | 'groups'
  | 'groupMembers';

/** What the guard says when it holds operations of a kind. */
export interface GuardWords {
  /** What they end, change or restore: `class memberships`. */
  nouns: string;
  outOf: Stock;
  /** What happens if they are approved. @param operations of the kind, at least one */
  ifApproved(operations: readonly Operation[]): string;
}

export type GuardCell =
  /** Passes, unless it restores what someone undid. */
  | { effect: 'addition'; repair: GuardWords | undefined }
  | ({ effect: 'account' } & Pick<GuardWords, 'ifApproved'>)
  /** @property causes the parts of a profile that can cause it @property record PowerSchool's name for the object */
  | ({ effect: 'update'; causes: readonly string[]; record: string } & GuardWords)
  | ({ effect: 'removal'; causes: readonly string[] } & GuardWords);

/** What a sentence can name. */
export interface Words {
  /** The people, by name: `Ada Lovelace and Alan Turing`. */
  who: string;
  /** Whether `who` is one person. */
  isOne: boolean;
  /** `Biology 1 (section 42)` */
  section: string;
  school: string;
  /** `the security group Students - Hill Valley High` */
  group: string;
  /** The journaled values. */
  after: unknown;
}
