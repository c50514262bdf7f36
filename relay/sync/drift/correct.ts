/** Making the applied state say what is really there, in memory and in the store. */
import { type Drift, isOfMembership, membershipOf, targetObject } from '../../drift/ledger.ts';
import { type Applied, objectsOf } from '../../model/applied-state.ts';
import { type Keys, keysOfObjects, type ObjectKey, type ObjectParts, objectKey, objectOf } from '../../model/keys.ts';
import { isAccountKey } from '../../model/person-key.ts';
import { forgetObject, record } from '../../store/applied/applied.ts';
import type { TenantScope } from '../../store/store.ts';
import { updateApplied } from '../apply/effects.ts';
import type { TenantState } from '../state/tenant-state.ts';

export interface Corrected {
  /** What the applied state has now. */
  applied: Applied | undefined;
  /** An object that it has no more. */
  forgotten: Exclude<ObjectParts, { kind: 'user' }> | undefined;
  /** What has to be planned again. */
  keys: Keys;
}

/** Corrects the state in memory. @returns what has to be stored and planned */
export function correct(drift: Drift, state: TenantState): Corrected {
  const object = objectOf(drift.object);
  if (drift.kind === 'deleted' && object.kind !== 'user') return forgetIn(state, object);
  const applied = correctionOf(drift, state);
  if (applied !== undefined) updateApplied(state, applied);
  return { applied, forgotten: undefined, keys: keysOfObjects(objectsIn([drift])) };
}

/** Corrects back to what was done: nobody repairs it after all. */
export function revert(drift: Drift, state: TenantState): Corrected {
  const kind = { missing: 'foreign', foreign: 'missing', changed: 'changed', deleted: 'deleted' } as const;
  const { ours } = drift;
  return correct({ ...drift, kind: kind[drift.kind], ...(ours === undefined ? {} : { theirs: ours }) }, state);
}

/** The objects that differences are about: of what is in a school, a person or a class. */
export function objectsIn(drifts: Iterable<Drift>): Set<ObjectKey> {
  const objects = new Set<ObjectKey>();
  for (const { kind, object, item } of drifts) {
    const isInSchool = isOfMembership({ kind }) && objectOf(object).kind === 'school';
    const about = isInSchool ? targetObject(item) : object;
    // An account of nobody in the roster has nothing to plan.
    if (!isAccountKey(about)) objects.add(about);
  }
  return objects;
}

/** What has to be planned for a school or class that is new, or back: a school with everybody and everything in it. */
export function keysIn(object: ObjectKey, { roster }: TenantState): Keys {
  const keys = keysOfObjects([object]);
  for (const schoolId of keys.schools) {
    for (const id of roster.sectionsIn(schoolId)) keys.sections.add(id);
    for (const person of roster.peopleIn(schoolId)) keys.people.add(person);
  }
  return keys;
}

/** Stores what was corrected. */
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

/** One deletion for all who are missing from a class or school. */
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
  } else {
    applied.schools.delete(key);
    applied.schoolClasses.delete(key);
    applied.schoolUsers.delete(key);
  }
  return { applied: undefined, forgotten: object, keys: keysIn(objectKey(kind, key), state) };
}
