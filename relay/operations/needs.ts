/** What an operation needs, whether it exists by now, and where. Pure. */
import { type AppliedState, certainOwners, objectsOf, retiredPeople } from '../model/applied-state.ts';
import { type OperationKey, objectKey } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { accountOf, type MemberKey, type PersonKey } from '../model/person-key.ts';
import { specOf } from './registry.ts';
import type { Need, ObjectIds, Target } from './spec.ts';

/** The objects that this tenant has by now. */
export interface KnownObjects {
  applied: AppliedState;
  /** Object id by person key. */
  accounts: ReadonlyMap<PersonKey, string>;
}

/**
 * The operation, if what it needs exists by now, without people who have no account. If an object could not be created,
 * that object's own problem says why, and the next run plans the operation again.
 */
export function withItsObjects(operation: Operation, known: KnownObjects): Operation | undefined {
  if (!needsOf(operation).every((need) => isMet(need, known))) return undefined;
  if (!('people' in operation)) return operation;
  return { ...operation, people: operation.people.filter((key) => known.accounts.has(key)) };
}

/** What keeps it from being sent: the first of what it needs and what is not there, by the name that {@link broughtBy} gives it. */
export function unmetNeed(operation: Operation, known: KnownObjects): string {
  const unmet = needsOf(operation).filter((need) => !isMet(need, known));
  if (unmet.length === 0) throw new TypeError(`${operation.kind} ${operation.key} has all that it needs`);
  const [name = operation.key] = unmet.flatMap(namesOf);
  return name;
}

function needsOf(operation: Operation): readonly Need[] {
  return specOf(operation.kind).needs(operation);
}

function isMet(need: Need, known: KnownObjects): boolean {
  switch (need.what) {
    case 'school':
    case 'class':
    case 'group':
    case 'person':
      return objectIdAt(need, known) !== undefined;
    case 'people':
      return need.keys.some((key) => known.accounts.has(key));
    case 'otherGroup':
    case 'members':
    case 'ending':
      return true;
    case 'noGroup':
      return !known.applied.groups.has(need.id);
    case 'disabled':
      return retiredPeople(known.applied, 'disabled').has(need.key);
    case 'owners':
      return certainOwners(known.applied, need.of).length >= need.atLeast;
    case 'otherOwner':
      return hasOtherOwner(need, known.applied);
  }
}

function hasOtherOwner({ of, than }: Extract<Need, { what: 'otherOwner' }>, applied: AppliedState): boolean {
  if (applied.owners.get(of)?.has(than) !== true) return true;
  return certainOwners(applied, of).some((one) => one !== than);
}

/**
 * Names of what it waits for, in the form of {@link broughtBy}, while another operation is about to bring that about.
 */
export function namesOfNeeds(operation: Operation): string[] {
  return needsOf(operation).flatMap(namesOf);
}

/** Names of those needs whose order alone matters to Graph: members who join behind the owners refer to none of them. */
export function namesOfOrder(operation: Operation): string[] {
  return needsOf(operation)
    .filter((need) => need.what === 'owners' && need.atLeast === 0)
    .flatMap(namesOf);
}

/** Names of the objects that it refers to: `class:77`, `students:123`. */
export function namesOfObjects(operation: Operation): string[] {
  const isObject = ({ what }: Need) => ['school', 'class', 'group', 'person', 'people'].includes(what);
  return needsOf(operation).filter(isObject).flatMap(namesOf);
}

function namesOf(need: Need): readonly string[] {
  switch (need.what) {
    case 'school':
    case 'class':
    case 'group':
      return [objectKey(need.what, need.id)];
    case 'person':
      return [need.key];
    case 'people':
      return need.keys;
    case 'owners':
    case 'otherOwner':
      return [`owners:${need.of}`];
    case 'members':
    case 'ending':
      return [`${need.what}:${need.of}`];
    case 'disabled':
      return [`${need.what}:${need.key}`];
    case 'otherGroup':
    // What brings the group about itself waits for nobody.
    case 'noGroup':
      return [];
  }
}

/** Names what others may need from it: `class:77`, `students:123`, `owners:77`. */
export function broughtBy(operation: Operation): string | undefined {
  const { does } = specOf(operation.kind);
  if ('creates' in does) return does.creates === 'team' ? teamOfClass(operation.key) : operation.key;
  if ('retires' in does && does.retires === 'disabled') return `disabled:${operation.key}`;
  if (!('sectionId' in operation)) return undefined;
  if ('adds' in does && does.adds === 'owner') return `owners:${operation.sectionId}`;
  if ('adds' in does && does.adds === 'member') return `members:${operation.sectionId}`;
  const isEnding =
    ('removes' in does && does.removes === 'member') || ('retires' in does && does.retires === 'expired');
  return isEnding ? `ending:${operation.sectionId}` : undefined;
}

/** Names the team of a class, in the form of {@link broughtBy}. */
export function teamOfClass(key: OperationKey): string {
  return `team:${key}`;
}

/**
 * The lane: what it writes to and what takes one write at a time, because Graph answers concurrent writes to one group
 * or account with conflicts. Undefined if nothing else writes to the same object.
 */
export function laneOf(operation: Operation): string | undefined {
  const { request, group, changes, does } = specOf(operation.kind);
  if (request.service === 'teams') return teamOfClass(operation.key);
  // Two profiles may be about to create the same security group.
  if (group(operation) !== undefined || ('creates' in does && does.creates === 'group')) return operation.key;
  const target = changes(operation);
  return target && (target.what === 'person' ? target.key : objectKey(target.what, target.id));
}

/** Everything that the operation refers to, with where it is read. @property person whose account it is */
export function referencedObjects(operation: Operation, ids: ObjectIds): Referenced[] {
  return needsOf(operation).flatMap((need) => placesOf(need, ids));
}

interface Referenced {
  path: string;
  person?: MemberKey;
}

function placesOf(need: Need, ids: ObjectIds): Referenced[] {
  const person = (key: MemberKey) => ({ path: `/users/${ids.person(key)}`, person: key });
  switch (need.what) {
    case 'school':
      return [{ path: `/education/schools/${ids.school(need.id)}` }];
    case 'class':
      return [{ path: `/groups/${ids.class(need.id)}` }];
    case 'person':
      return [person(need.key)];
    case 'people':
      return need.keys.map(person);
    case 'group':
      return [{ path: `/groups/${ids.group(need.id)}` }];
    case 'otherGroup':
      return [{ path: `/groups/${need.id}` }];
    case 'noGroup':
    case 'owners':
    case 'otherOwner':
    case 'members':
    case 'ending':
    case 'disabled':
      return [];
  }
}

/** The object's id; undefined if it does not exist yet. */
export function objectIdAt(target: Target, { applied, accounts }: KnownObjects): string | undefined {
  if (target.what === 'person') return accountOf(target.key, accounts);
  return objectsOf(applied, target.what).get(target.id)?.objectId;
}

/** The id of the one object that the operation changes; empty for relations, which have no object of their own. */
export function changedObject(operation: Operation, known: KnownObjects): string {
  const target = specOf(operation.kind).changes(operation);
  return (target && objectIdAt(target, known)) ?? '';
}

/** @throws TypeError for an object that does not exist, which {@link withItsObjects} rules out */
export function objectIds(objects: KnownObjects): ObjectIds {
  const known = (target: Target): string => {
    const id = objectIdAt(target, objects);
    if (id === undefined) throw new TypeError(`${JSON.stringify(target)} has no object`);
    return id;
  };
  return {
    school: (id) => known({ what: 'school', id }),
    class: (id) => known({ what: 'class', id }),
    group: (id) => known({ what: 'group', id }),
    person: (key) => known({ what: 'person', key }),
  };
}
