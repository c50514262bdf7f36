/** What the guard compares a plan with, taken from what is known of the tenant. Asked for a few schools at most. */

import { bucketKey, kinds } from '../../shared/roster.ts';
import type { Adoption } from '../adoption/open.ts';
import type { AppliedObject } from '../model/applied-state.ts';
import { otherSchools } from '../model/hold.ts';
import { classKey, type SchoolId } from '../model/keys.ts';
import type { Operation, OperationKind } from '../model/operation.ts';
import { newAccountOf, specOf } from '../operations/registry.ts';
import type { Stock } from '../operations/spec.ts';
import { addedNames } from '../plan/additions.ts';
import { lastSchoolsOf } from '../plan/departures.ts';
import { type GuardContext, type Measure, weightOf } from '../plan/guard.ts';
import type { SchoolSource } from '../plan/source-guard.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';

/** The part of what is known that the guard looks at. */
export type GuardFacts = Pick<ProfileState, 'profile' | 'scope'> & {
  tenant: Pick<TenantState, 'roster' | 'applied' | 'counts' | 'lastGood'> & { adoption: Pick<Adoption, 'found'> };
};

export function guardContext(state: GuardFacts, approvals: ReadonlyMap<string, number>): GuardContext {
  return {
    settings: state.profile.guards,
    approvals,
    schoolOf: (operation) => schoolOf(operation, state),
    measure: (kind, schoolId, operations) => measure(kind, schoolId, operations, state),
    source: (schoolId) => {
      const isOfProfile = state.tenant.roster.schools.has(schoolId) && state.scope.covers(schoolId);
      return isOfProfile ? sourceOf(schoolId, state) : { counts: {}, yearId: undefined, sections: new Set() };
    },
    lastGood: (schoolId) => state.tenant.lastGood.get(schoolId),
  };
}

/** A person who is in several schools of the profile counts in the first. */
function schoolOf(operation: Operation, { scope, tenant: { roster, applied } }: GuardFacts): SchoolId {
  if ('schoolId' in operation) return operation.schoolId;
  // What is gone from PowerSchool counts in the school that it was in.
  if ('sectionId' in operation) {
    const there = roster.placeOf(operation.sectionId)?.schoolId;
    return there ?? lastSchoolsOf(classKey(operation.sectionId), applied)[0] ?? otherSchools;
  }
  if (!('personKey' in operation)) return otherSchools;
  const schoolIds = roster.whereaboutsOf(operation.personKey)?.schoolIds ?? lastSchoolsOf(operation.personKey, applied);
  return schoolIds.find(scope.covers) ?? otherSchools;
}

function measure(
  kind: OperationKind,
  schoolId: SchoolId,
  operations: readonly Operation[],
  facts: GuardFacts,
): Measure {
  const { tenant } = facts;
  const all = operations.length;
  const { guard } = specOf(kind);
  switch (guard.effect) {
    case 'account': {
      const { student = 0, teacher = 0 } = tenant.lastGood.get(schoolId)?.counts ?? {};
      const there = student + teacher;
      // Who was known before and has no account yet is no news: a run was cut short, or accounts were refused.
      const due = Math.max(0, there - (tenant.applied.schoolUsers.get(schoolId)?.size ?? 0));
      // Anyone who deleted many accounts at once may have meant it: they are no leftovers of an earlier run.
      const again = operations.filter((one) => newAccountOf(one)?.isAnother).length;
      return { there, changes: again + Math.max(0, all - again - Math.max(0, due - again)) };
    }
    case 'update':
      return written(operations, guard.outOf, schoolId, tenant);
    case 'removal':
      return { there: stock(guard.outOf, schoolId, operations, tenant) ?? all, changes: all };
    case 'addition': {
      // Of what is made again after somebody undid it: what is left, and what is not.
      const changes = sum(operations.map(weightOf));
      const left = guard.repair && stock(guard.repair.outOf, schoolId, operations, tenant);
      return { there: changes + (left ?? 0), changes };
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** How much of it the school has; undefined where nothing is known of the school. */
function stock(
  what: Stock,
  schoolId: SchoolId,
  operations: readonly Operation[],
  { roster, applied }: Pick<TenantState, 'roster' | 'applied'>,
): number | undefined {
  switch (what) {
    case 'schools':
      return applied.schools.size;
    case 'schoolUsers':
      return applied.schoolUsers.get(schoolId)?.size;
    case 'schoolClasses':
      return applied.schoolClasses.get(schoolId)?.size;
    case 'classes':
      return [...roster.sectionsIn(schoolId)].filter((id) => applied.classes.has(id)).length;
    case 'owners':
    case 'members': {
      // Classes of earlier years that stay as they are, with their members, are no part of what is there to lose.
      const concerned = operations.flatMap((one) => ('sectionId' in one ? [one.sectionId] : []));
      const classes = new Set([...concerned, ...roster.sectionsIn(schoolId)]);
      return sum([...classes].map((id) => applied[what].get(id)?.size ?? 0));
    }
  }
}

/** Only what was written before can be changed: an object that was just adopted or matched gets its first values, and so does one of which the profile has more written. */
function written(
  operations: readonly Operation[],
  what: Stock,
  schoolId: SchoolId,
  { applied, adoption: { found } }: Pick<GuardFacts['tenant'], 'applied' | 'adoption'>,
): Measure {
  const [objects, keys]: readonly [ReadonlyMap<string, AppliedObject>, Iterable<string>] =
    what === 'schoolUsers'
      ? [applied.users, applied.schoolUsers.get(schoolId) ?? []]
      : what === 'schoolClasses'
        ? [applied.classes, applied.schoolClasses.get(schoolId) ?? []]
        : [applied.schools, [schoolId]];
  const isWritten = (key: string) => {
    const { objectId, body = {} } = objects.get(key) ?? {};
    return Object.keys(body).length > 0 && !found.has(objectId ?? '');
  };
  return {
    there: [...keys].filter(isWritten).length,
    changes: operations.filter((operation) => isWritten(objectKey(operation)) && replaces(operation)).length,
  };
}

/** Values in addition to those that were written replace nothing, and what comes of the profile alone a person has chosen. */
function replaces(operation: Operation): boolean {
  if (operation.byProfile === true) return false;
  return !('before' in operation) || addedNames(operation.before, operation.body) === undefined;
}

/** The key of an update's object in the applied state. */
function objectKey(operation: Operation): string {
  if ('personKey' in operation) return operation.personKey;
  if ('sectionId' in operation) return operation.sectionId;
  return 'schoolId' in operation ? operation.schoolId : operation.key;
}

/** Every school of the profile, as PowerSchool shows it now. */
export function sourcesOf(facts: GuardFacts): Map<SchoolId, SchoolSource> {
  const schools = [...facts.tenant.roster.schools.keys()].filter(facts.scope.covers);
  return new Map(schools.map((schoolId) => [schoolId, sourceOf(schoolId, facts)]));
}

function sourceOf(schoolId: SchoolId, { tenant: { roster, counts } }: Pick<GuardFacts, 'tenant'>): SchoolSource {
  const sections = new Set(roster.sectionsIn(schoolId));
  const years = new Map<string, number>();
  for (const id of sections) {
    const year = roster.terms.get(roster.placeOf(id)?.termId ?? '')?.yearId;
    if (year !== undefined) years.set(year, (years.get(year) ?? 0) + 1);
  }
  return {
    counts: Object.fromEntries(kinds.map((kind) => [kind, counts.get(bucketKey({ kind, schoolId })) ?? 0])),
    yearId: [...years].sort(([, a], [, b]) => b - a)[0]?.[0],
    sections,
  };
}
