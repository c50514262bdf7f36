/**
 * What a directory reading shows about Hallpass's work there. Pure. The applied state comes from Graph's own answers; a
 * difference is what someone else has done since, or what the directory does not show yet. judge.ts decides which of
 * the two it is.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ObjectChanges } from '../graph/education-delta.ts';
import type { GroupChange, GroupChanges } from '../graph/group-delta.ts';
import type { SchoolContents } from '../graph/school-contents.ts';
import {
  type AppliedObject,
  type AppliedState,
  type Membership,
  objectsOf,
  recordedIn,
  uncertainKey,
} from '../model/applied-state.ts';
import type { Body } from '../model/body.ts';
import {
  type ClassKey,
  classKey,
  type GroupKey,
  groupKey,
  idIn,
  type ObjectKey,
  objectKey,
  objectOf,
  type SchoolId,
  type SchoolKey,
  schoolKey,
} from '../model/keys.ts';
import { accountKey, isAccountKey, type MemberKey, type PersonKey } from '../model/person-key.ts';
import { type Difference, type Drift, type DriftLedger, driftKey, isOfMembership, type Value } from './ledger.ts';

/** What is known about the tenant. */
export interface Known {
  applied: AppliedState;
  /** Object id by person key. */
  accounts: ReadonlyMap<PersonKey, string>;
  /** Person key by object id. */
  taken: ReadonlyMap<string, PersonKey>;
}

/** Compares members, owners and names of classes, and members and names of security groups, and finds deleted ones. */
export function compareGroups(ledger: DriftLedger, changes: GroupChanges, known: Known): void {
  const found = new Findings(ledger);
  for (const { object, there, relations } of groupsOf(known.applied)) {
    const group = changes.groups.get(there.objectId);
    const isGone = changes.deletes.has(there.objectId) || (changes.full && group === undefined);
    if (isGone) found.differs({ kind: 'deleted', object, item: there.objectId });
    if (group === undefined) continue;
    found.agrees({ kind: 'deleted', object, item: there.objectId });
    if (group.displayName !== undefined) compareValue(found, object, 'displayName', there.body, group.displayName);
    for (const relation of relations) {
      const people = peopleOf(group, relation, changes.full, idIn(object), known);
      compareMemberships(found, object, relation, people, known.applied);
    }
  }
  if (changes.full) found.endOthers(({ kind, object, item }) => isOfGroups(kind, object, item));
}

type OfGroup = Exclude<Membership, 'schoolUser' | 'schoolClass'>;

/** Every group of ours, with what of it is compared. */
function* groupsOf({ classes, groups }: AppliedState): Iterable<{
  object: ClassKey | GroupKey;
  there: AppliedObject;
  relations: readonly OfGroup[];
}> {
  for (const [id, there] of classes) yield { object: classKey(id), there, relations: ['member', 'owner'] };
  for (const [id, there] of groups) yield { object: groupKey(id), there, relations: ['groupMember'] };
}

/**
 * Compares the people and classes in a school with a complete reading. A deleted class is missing from its school too,
 * which means nothing more: compare groups first.
 */
export function compareSchool(
  ledger: DriftLedger,
  schoolId: SchoolId,
  { users, classes }: SchoolContents,
  { applied, accounts, taken }: Known,
): void {
  const found = new Findings(ledger);
  const people = new Map([...users].map((account) => [holderOf(account, taken), true]));
  for (const person of recordedIn(applied, 'schoolUser', schoolId))
    if (!isAccountKey(person) && accounts.has(person) && !people.has(person)) people.set(person, false);
  const sections = new Map([...applied.classes].map(([sectionId, { objectId }]) => [objectId, sectionId]));
  const inside = new Map<string, boolean>(
    [...classes].map((objectId) => [sections.get(objectId) ?? `object:${objectId}`, true]),
  );
  for (const sectionId of applied.schoolClasses.get(schoolId) ?? []) {
    const objectId = applied.classes.get(sectionId)?.objectId;
    if (objectId === undefined || inside.has(sectionId)) continue;
    if (!ledger.has({ kind: 'deleted', object: classKey(sectionId), item: objectId })) inside.set(sectionId, false);
  }
  const object = schoolKey(schoolId);
  compareMemberships(found, object, 'schoolUser', people, applied);
  compareMemberships(found, object, 'schoolClass', inside, applied);
  found.endOthers((drift) => drift.object === object && isOfMembership(drift));
}

/**
 * Compares values that Hallpass wrote, and finds deleted schools: Graph reports deleted classes only through their
 * groups.
 */
export function compareObjects(
  ledger: DriftLedger,
  kind: 'school' | 'class' | 'user',
  changes: ObjectChanges,
  applied: AppliedState,
): void {
  const found = new Findings(ledger);
  for (const [key, there] of objectsOf(applied, kind)) {
    const object = objectKey(kind, key);
    const seen = changes.objects.get(there.objectId);
    if (kind === 'school') {
      const gone = { kind: 'deleted', object, item: there.objectId } as const;
      if (changes.deletes.has(there.objectId) || (changes.full && seen === undefined)) found.differs(gone);
      else if (seen !== undefined) found.agrees(gone);
    }
    if (seen === undefined) continue;
    for (const name of changes.properties) compareValue(found, object, name, there.body, seen[name]);
  }
}

/** The current value in the shape of what we wrote: for an object the same parts, null for missing ones. */
export function partsLike(ours: Value, theirs: unknown): Value {
  if (typeof ours !== 'object' || ours === null) return (theirs ?? null) as Value;
  const there: Readonly<Record<string, unknown>> = typeof theirs === 'object' && theirs !== null ? { ...theirs } : {};
  return Object.fromEntries(Object.entries(ours).map(([name, value]) => [name, partsLike(value, there[name])]));
}

/** Passes on what was found, and in the end knows what was not found again. */
class Findings {
  readonly #ledger: DriftLedger;
  readonly #found = new Set<string>();

  constructor(ledger: DriftLedger) {
    this.#ledger = ledger;
  }

  differs(difference: Difference): void {
    this.#found.add(driftKey(difference));
    this.#ledger.differs(difference);
  }

  agrees(difference: Pick<Difference, 'kind' | 'object' | 'item'>): void {
    this.#ledger.agrees(difference);
  }

  /** After a complete reading: differences of its kind that it did not show are over. */
  endOthers(isOfThisKind: (drift: Drift) => boolean): void {
    for (const drift of [...this.#ledger.values()]) {
      if (isOfThisKind(drift) && !this.#found.has(driftKey(drift))) this.#ledger.agrees(drift);
    }
  }
}

function isOfGroups(kind: Drift['kind'], object: ObjectKey, item: string): boolean {
  return ['class', 'group'].includes(objectOf(object).kind) && (kind !== 'changed' || item === 'displayName');
}

/** Who is there and who is not, by person key or account key, as far as the reading says. */
function peopleOf(
  group: GroupChange,
  relation: OfGroup,
  full: boolean,
  container: string,
  { applied, accounts, taken }: Known,
): ReadonlyMap<string, boolean> {
  const found = relation === 'owner' ? group.owners : group.members;
  const all = new Map([...found].map(([account, there]) => [holderOf(account, taken), there]));
  if (!full) return all;
  for (const person of recordedIn(applied, relation, container))
    if (!isAccountKey(person) && accounts.has(person) && !all.has(person)) all.set(person, false);
  return all;
}

/** Whose account it is: the person, or the account itself if it belongs to nobody in the roster. */
function holderOf(account: string, taken: Known['taken']): MemberKey {
  return taken.get(account) ?? accountKey(account);
}

/** @param memberships by key, whether it is there: a missing key was not reported */
function compareMemberships(
  found: Findings,
  object: ClassKey | SchoolKey | GroupKey,
  relation: Membership,
  memberships: ReadonlyMap<string, boolean>,
  applied: AppliedState,
): void {
  const container = idIn(object);
  const recorded = recordedIn(applied, relation, container);
  for (const [target, isThere] of memberships) {
    // The plan itself checks whether that one is there.
    if (applied.uncertain.has(uncertainKey(relation, container, target))) continue;
    const membership = { object, item: `${relation}:${target}` };
    const isRecorded = recorded.has(target);
    if (isThere !== isRecorded) found.differs({ kind: isThere ? 'foreign' : 'missing', ...membership });
    found.agrees({ kind: isThere ? 'missing' : 'foreign', ...membership });
  }
}

function compareValue(found: Findings, object: ObjectKey, name: string, body: Body, seen: unknown): void {
  const ours = body[name];
  if (ours === undefined) return;
  const theirs = partsLike(ours, seen);
  const difference = { kind: 'changed', object, item: name, ours, theirs } as const;
  if (isDeepStrictEqual(ours, theirs)) found.agrees(difference);
  else found.differs(difference);
}
