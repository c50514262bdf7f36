/**
 * Everything that is true of one kind of operation. There is a file for each kind in this folder, and the registry has them all:
 * a new kind does not compile until it says every one of these things.
 */
import type { RoleMarks } from '../adoption/stamp.ts';
import type { LinkedPerson } from '../model/account-link.ts';
import type { Applied, AppliedState, DoubtfulKind, RelationKind } from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';
import type { OperationKey, SchoolId, SectionId } from '../model/keys.ts';
import type { Operation, OperationKind } from '../model/operation.ts';
import type { AnyOf } from '../model/permissions.ts';
import type { MemberKey, PersonKey } from '../model/person-key.ts';
import type { Profile } from '../profile/profile.ts';
import type { OutcomeRow } from './outcome-row.ts';

export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>;

export interface OperationSpec<K extends OperationKind = OperationKind> {
  /** What one of them is called where they are counted: `new account`. */
  noun: string;
  /**
   * What must be there before it is sent, and is looked for when Graph answers that something is missing. While an operation is about
   * to bring it about, this one waits for that.
   */
  needs(operation: OperationOf<K>): readonly Need[];
  /** The one object whose properties it writes: the applied state keeps its id, and its protection may be why Graph denies it. */
  changes(operation: OperationOf<K>): Target | undefined;
  /**
   * The group whose people it changes: its operations follow each other, because Graph answers concurrent writes to one group with
   * conflicts, and a reading of it tells whether it was carried out.
   */
  group(operation: OperationOf<K>): GroupChange | undefined;

  /** How Microsoft 365 is asked for it. */
  request: Way<K>;
  /** Application permissions, by Microsoft's reference. */
  permissions: readonly AnyOf[];
  /** What has to be set in a profile for these permissions to be needed; undefined where every profile needs them. */
  option: ProfileOption | undefined;
  /** What Graph's refusals mean: the first row that fits counts. */
  answers: readonly OutcomeRow[];
  /** What it makes, which a repetition would make twice; undefined for what can be sent again. */
  makes: Creation<K> | undefined;
  /** What there is to know when a run was killed before the answer. */
  lostAnswer(entry: { key: OperationKey; after: unknown }): LostAnswer;

  /** What it does, for anyone who looks for the operation that does so: the repair of a difference, or what somebody waits for. */
  does: Does;
  /**
   * What it leaves in the applied state.
   *
   * @param objectId of what it makes or changes; of no meaning for relations
   * @param applied before the operation
   */
  effect(operation: OperationOf<K>, objectId: string, applied: AppliedState): Applied;
  /** What the journal keeps of what it writes: no password is among it. */
  journal(operation: OperationOf<K>): unknown;
  /** Values of properties that it writes, for people; undefined for relations. */
  values(operation: OperationOf<K>): Body | undefined;
  /** Whose problem it is when it fails. */
  subject(operation: OperationOf<K>): string;

  guard: GuardCell;
  /** A sentence without a full stop: `Ada Lovelace joins Biology 1 (section 42)`. */
  sentence(words: Words): string;
  /** Which value of PowerSchool a property comes from, in the words of PowerSchool's pages; empty where none does. */
  sources: Readonly<Record<string, string>>;
}

/** In the words of the applied state. Two kinds may do the same in two ways. */
export type Does =
  | { creates: ObjectKind | 'team' }
  | { updates: ObjectKind }
  | { adds: RelationKind }
  | { removes: RelationKind }
  /** Of whom or what is gone from PowerSchool, and of whom or what is back. */
  | { retires: Retirement }
  | { restores: Retirement };

type ObjectKind = 'school' | 'class' | 'user';
type Retirement = 'disabled' | 'signedOut' | 'expired' | 'archived';

export type Target =
  | { what: 'school'; id: SchoolId }
  | { what: 'class'; id: SectionId }
  /** @property key a person key, or that of an account of nobody */
  | { what: 'person'; key: MemberKey };

export type Need =
  | Target
  /** Those among them who have an account: nobody waits for the others. */
  | { what: 'people'; keys: readonly PersonKey[] }
  /** @property id object id of a group that Hallpass did not make */
  | { what: 'group'; id: string }
  /** At least so many owners of a class; with 0, those who are about to be added are waited for, and it goes without them if they fail. */
  | { what: 'owners'; of: SectionId; atLeast: number }
  /** Where this person is an owner of a class, there is another one. */
  | { what: 'otherOwner'; of: SectionId; than: MemberKey }
  /** Members who are about to be added to a class: it goes without those who fail. */
  | { what: 'members'; of: SectionId }
  /** What else is about to be done to a class that ends: it goes without what fails. */
  | { what: 'ending'; of: SectionId }
  /** An account that Hallpass has disabled. */
  | { what: 'disabled'; key: PersonKey };

export interface GroupChange {
  where: { what: 'class'; id: SectionId } | { what: 'group'; id: string };
  relation: 'members' | 'owners';
  adds: boolean;
}

/** A part of a profile that asks for something that not every application may do: for `profile check`. */
export interface ProfileOption {
  /** `classes.createTeam` */
  field: string;
  isSet(profile: Profile): boolean;
  /** What the application may not do then: `create teams`. */
  act: string;
  /** How the profile does without: `set classes.createTeam to false`. */
  otherwise: string;
}

/** Where the objects of the roster are in this tenant. */
export interface ObjectIds {
  school(schoolId: SchoolId): string;
  class(sectionId: SectionId): string;
  person(personKey: MemberKey): string;
}

export interface RequestOptions {
  /** Base of `@odata.id` and `@odata.bind` references, for instance `https://graph.microsoft.com/v1.0`. */
  root: string;
  /** First password of an account to create, and whether another must be chosen. */
  password: (personKey: PersonKey) => { password: string; mustChange: boolean };
}

/** Relationships are deleted by `/$ref` only: without it the user goes. */
export interface WriteRequest {
  method: 'POST' | 'PATCH' | 'DELETE';
  /** Below the version, values encoded: `/groups/…`. */
  url: string;
  body?: unknown;
}

export type Way<K extends OperationKind> = GraphWay<K> | TeamsWay;

/** Microsoft Teams says yes, and acts later: relay/sync/apply/teams.ts and archiving.ts follow what becomes of it. */
interface TeamsWay {
  service: 'teams';
  work: 'make' | 'archive' | 'unarchive';
}

/** One request of a batch. */
interface GraphWay<K extends OperationKind> {
  service: 'graph';
  send(operation: OperationOf<K>, ids: ObjectIds, options: RequestOptions): WriteRequest;
  /** Adds one person alone, where Graph may refuse several at once by the other request. */
  sendAlone?(operation: OperationOf<K>, ids: ObjectIds, options: RequestOptions): WriteRequest;
  /** What is left to try after a refusal; undefined for nothing. */
  lesser?(operation: OperationOf<K>): OperationOf<K> | undefined;
}

/** What a search shows of an object: what stamps it. */
export interface MarkedItem extends RoleMarks {
  externalId?: string | null;
  externalSource?: string | null;
}

/** How to find an object again that was created, perhaps with a lost answer. */
export interface Creation<K extends OperationKind> {
  /** Where it shows, and by which value; from the journal, which keeps what {@link OperationSpec.journal} says. */
  search(body: Readonly<Record<string, unknown>>): Search;
  /** Whether the object that was found has the stamp of this record. */
  isOurs(item: MarkedItem, key: OperationKey): boolean;
  /** Whether Graph refuses to create a second one: then another attempt says more than another look. */
  hasUniqueName: boolean;
  /** Reads one whose id is in a conflict's answer; undefined if conflicts do not give ids. */
  read: ((objectId: string) => string) | undefined;
  /** The account that it is; undefined for other objects. */
  account(operation: OperationOf<K>): NewAccount | undefined;
  /** Names that nothing else may have. */
  claims(operation: OperationOf<K>): { userPrincipalName?: string | undefined; mailNickname?: string | undefined };
  /** The operation as far as the journal has it, to look for what it created. @param body as {@link OperationSpec.journal} keeps it */
  fromJournal(key: OperationKey, body: Body): OperationOf<K>;
  /** What the applied state has of one that was found after a kill: values of which nothing is known are written again. */
  found(key: OperationKey, body: Body, objectId: string): Applied;
}

/** An account to create: its name belongs to the person for good, and its first password is kept before it is sent. */
export interface NewAccount extends LinkedPerson {
  userPrincipalName: string;
  /** Whether it takes the place of one that somebody deleted. */
  isAnother: boolean;
}

export interface Search {
  /** `/education/users` */
  path: string;
  property: string;
  value: string;
  select: string;
}

/** After a kill: everything is planned again, whatever is desired by now. */
export type LostAnswer =
  /** It is looked for, as {@link Creation} says. */
  | { what: 'look' }
  /** Nothing needs to be known: what is wanted is sent again, and does no harm. */
  | { what: 'again' }
  | ({ what: 'uncertain'; kind: DoubtfulKind; container: string; items: readonly string[] } & Pick<Applied, 'doubted'>)
  /** It may have these values or those of before: they are written again. */
  | { what: 'forget'; kind: 'school' | 'class' | 'user'; key: string; names: readonly string[] }
  /** Taken for done. */
  | { what: 'keep'; kind: 'class'; key: string; values: Body };

/** What a school has that operations of a kind change or end. */
export type Stock = 'members' | 'owners' | 'schoolUsers' | 'schoolClasses' | 'classes' | 'schools';

/** What the guard says where it holds operations of a kind. */
export interface GuardWords {
  /** What they end, change or make again: `class memberships`. */
  nouns: string;
  outOf: Stock;
  /** What happens if they are approved. @param operations of the kind, at least one */
  ifApproved(operations: readonly Operation[]): string;
}

export type GuardCell =
  /** Passes, unless it makes again what somebody undid. */
  | { effect: 'addition'; repair: GuardWords | undefined }
  | ({ effect: 'account' } & Pick<GuardWords, 'ifApproved'>)
  /** @property causes the parts of a profile that it can come of @property record what PowerSchool calls the object */
  | ({ effect: 'update'; causes: readonly string[]; record: string } & GuardWords)
  | ({ effect: 'removal'; causes: readonly string[] } & GuardWords);

/** What a sentence can name. */
export interface Words {
  /** The people, by name: `Ada Lovelace and Alan Turing`. */
  who: string;
  /** Whether that is one person. */
  isOne: boolean;
  /** `Biology 1 (section 42)` */
  section: string;
  school: string;
  /** What the journal has of the values. */
  after: unknown;
}
