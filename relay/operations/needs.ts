/** Whether what an operation needs exists by now, where it is, and since when. Pure. */
import { type AppliedState, objectsOf, retiredPeople, uncertainKey } from '../model/applied-state.ts';
import { objectKey } from '../model/keys.ts';
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
 * How long a new object is left alone before something refers to it. Graph answers 404 for seconds at times, and each
 * such answer costs a write of the 20 a second; waiting costs nothing, because the other operations go on.
 */
const settleMs = 1000;
/** The Teams service hears of a class later still; asking too early costs one of its ten requests a second. */
const settleForTeamsMs = 10_000;

/**
 * The operation, if what it needs exists by now, without people who have no account. Where an object could not be made, that object's
 * own problem says why, and the plan of the next run has the operation again.
 */
export function withItsObjects(operation: Operation, known: KnownObjects): Operation | undefined {
  if (!needsOf(operation).every((need) => isMet(need, known))) return undefined;
  if (!('people' in operation)) return operation;
  return { ...operation, people: operation.people.filter((key) => known.accounts.has(key)) };
}

function needsOf(operation: Operation): readonly Need[] {
  return specOf(operation.kind).needs(operation);
}

function isMet(need: Need, known: KnownObjects): boolean {
  switch (need.what) {
    case 'school':
    case 'class':
    case 'person':
      return objectIdAt(need, known) !== undefined;
    case 'people':
      return need.keys.some((key) => known.accounts.has(key));
    case 'group':
      return true;
    case 'disabled':
      return retiredPeople(known.applied, 'disabled').has(need.key);
    case 'owners':
      return (known.applied.owners.get(need.of)?.size ?? 0) >= need.atLeast;
    case 'otherOwner':
      return hasOtherOwner(need, known.applied);
  }
}

function hasOtherOwner({ of, than }: Extract<Need, { what: 'otherOwner' }>, { owners, absent }: AppliedState): boolean {
  const all = owners.get(of);
  if (all?.has(than) !== true) return true;
  return all.values().some((one) => one !== than && !absent.has(uncertainKey('owner', of, one)));
}

/** When every object that the operation refers to is old enough. @param madeAt by `class:77`, `students:123` */
export function settledAt(operation: Operation, madeAt: ReadonlyMap<string, number>): number {
  const settle = specOf(operation.kind).request.service === 'teams' ? settleForTeamsMs : settleMs;
  return Math.max(0, ...keysOf(operation).map((key) => (madeAt.get(key) ?? -settle) + settle));
}

/** Whether something that it refers to was made in this run: then some servers may not know it yet. */
export function isYoung(operation: Operation, madeAt: ReadonlyMap<string, number>): boolean {
  return keysOf(operation).some((key) => madeAt.has(key));
}

function keysOf(operation: Operation): string[] {
  return needsOf(operation).flatMap(keysIn);
}

function keysIn(need: Need): readonly string[] {
  switch (need.what) {
    case 'school':
    case 'class':
      return [objectKey(need.what, need.id)];
    case 'person':
      return [need.key];
    case 'people':
      return need.keys;
    case 'group':
    case 'owners':
    case 'otherOwner':
    case 'disabled':
      return [];
  }
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
      return [{ path: `/groups/${need.id}` }];
    case 'owners':
    case 'otherOwner':
    case 'disabled':
      return [];
  }
}

/** The object's id; undefined where there is none yet. */
export function objectIdAt(target: Target, { applied, accounts }: KnownObjects): string | undefined {
  if (target.what === 'person') return accountOf(target.key, accounts);
  return objectsOf(applied, target.what).get(target.id)?.objectId;
}

/** The id of the one object that the operation changes; empty for relations, which have none of their own. */
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
    person: (key) => known({ what: 'person', key }),
  };
}
