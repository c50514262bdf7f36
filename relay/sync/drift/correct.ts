/** Corrects the applied state to what really exists, in memory and in the store. */
import { type Drift, isOfMembership, membershipOf, targetObject } from '../../drift/ledger.ts';
import { type Applied, objectsOf } from '../../model/applied-state.ts';
import { groupingParts } from '../../model/grouping.ts';
import { type Keys, keysOfObjects, type ObjectKey, type ObjectParts, objectKey, objectOf } from '../../model/keys.ts';
import { isAccountKey } from '../../model/person-key.ts';
import { forgetObject, record } from '../../store/applied/applied.ts';
import type { TenantScope } from '../../store/store.ts';
import { updateApplied } from '../apply/effects.ts';
import type { TenantState } from '../state/tenant-state.ts';

export interface Corrected {
  /** New entries of the applied state. */
  applied: Applied | undefined;
  /** A removed object. */
  forgotten: Exclude<ObjectParts, { kind: 'user' }> | undefined;
  /** Objects to plan again. */
  keys: Keys;
}

/** Corrects the state in memory. @returns what to store and plan */
export function correct(drift: Drift, state: TenantState): Corrected {
  const object = objectOf(drift.object);
  if (drift.kind === 'deleted' && object.kind !== 'user') return forgetIn(state, object);
  const applied = correctionOf(drift, state);
  if (applied !== undefined) updateApplied(state, applied);
  return { applied, forgotten: undefined, keys: keysOfObjects(objectsIn([drift])) };
}

/** Undoes a correction, because the difference is not repaired after all. */
export function revert(drift: Drift, state: TenantState): Corrected {
  const kind = { missing: 'foreign', foreign: 'missing', changed: 'changed', deleted: 'deleted' } as const;
  const { ours } = drift;
  return correct({ ...drift, kind: kind[drift.kind], ...(ours === undefined ? {} : { theirs: ours }) }, state);
}

/** The objects of differences; for those in a school or security group, the person or class. */
export function objectsIn(drifts: Iterable<Drift>): Set<ObjectKey> {
  const objects = new Set<ObjectKey>();
  for (const { kind, object, item } of drifts) {
    const about = isOfMembership({ kind }) && objectOf(object).kind !== 'class' ? targetObject(item) : object;
    // An account without a person in the roster needs no plan.
    if (!isAccountKey(about)) objects.add(about);
  }
  return objects;
}

/**
 * What to plan for a new or restored object: a school with all of its people and classes, a security group with
 * everybody who may belong to it.
 */
export function keysIn(object: ObjectKey, { roster }: TenantState): Keys {
  const keys = keysOfObjects([object]);
  for (const id of keys.groups) {
    const { schoolId } = groupingParts(id);
    for (const person of schoolId === undefined ? roster.people.keys() : roster.peopleIn(schoolId)) {
      keys.people.add(person);
    }
  }
  for (const schoolId of keys.schools) {
    for (const id of roster.sectionsIn(schoolId)) keys.sections.add(id);
    for (const person of roster.peopleIn(schoolId)) keys.people.add(person);
  }
  return keys;
}

/** Stores the corrections. */
export async function keepCorrected(scope: TenantScope, corrected: readonly Corrected[], now: string): Promise<void> {
  await record(scope, together(corrected.flatMap(({ applied }) => applied ?? [])), [], now);
  for (const { forgotten } of corrected)
    if (forgotten !== undefined) await forgetObject(scope, forgotten.kind, forgotten.key);
}

function correctionOf({ kind, object, item, theirs }: Drift, { applied }: TenantState): Applied | undefined {
  const of = objectOf(object);
  if (kind === 'changed') {
    const there = objectsOf(applied, of.kind).get(of.key);
    if (there === undefined || theirs === undefined) return undefined;
    return { object: { ...of, objectId: there.objectId, body: { ...there.body, [item]: theirs } } };
  }
  const { relation, target } = membershipOf(item);
  const relations = { kind: relation, container: of.key, items: [target] };
  return kind === 'missing' ? { unrelated: [relations] } : { relations };
}

/** One deletion for everybody missing from a class or school. */
function together(applied: readonly Applied[]): Applied[] {
  const others = applied.filter(({ unrelated }) => unrelated === undefined);
  const missing = Map.groupBy(
    applied.flatMap(({ unrelated = [] }) => unrelated),
    ({ kind, container }) => `${kind}:${container}`,
  );
  const removals = [...missing.values()].map((those): Applied => {
    return { unrelated: those.slice(0, 1).map((one) => ({ ...one, items: those.flatMap(({ items }) => items) })) };
  });
  return [...others, ...removals];
}

function forgetIn(state: TenantState, object: Exclude<ObjectParts, { kind: 'user' }>): Corrected {
  const { applied } = state;
  const { kind, key } = object;
  if (kind === 'class') {
    applied.classes.delete(key);
    applied.members.delete(key);
    applied.owners.delete(key);
    for (const sets of [applied.schoolClasses, applied.retired]) {
      for (const container of sets.containersOf(key)) sets.get(container)?.delete(key);
    }
  } else if (kind === 'group') {
    applied.groups.delete(key);
    applied.groupMembers.delete(key);
  } else {
    applied.schools.delete(key);
    applied.schoolClasses.delete(key);
    applied.schoolUsers.delete(key);
  }
  return { applied: undefined, forgotten: object, keys: keysIn(objectKey(kind, key), state) };
}
