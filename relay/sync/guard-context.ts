/** What the guard compares a plan with, from the state of the tenant. Called for a few schools at most. */

import { bucketKey, kinds } from '../../shared/roster.ts';
import type { Adoption } from '../adoption/open.ts';
import type { AppliedObject } from '../model/applied-state.ts';
import { groupingParts } from '../model/grouping.ts';
import { otherSchools } from '../model/hold.ts';
import { classKey, type SchoolId } from '../model/keys.ts';
import { type Operation, weightOf } from '../model/operation.ts';
import { isPersonKey, type MemberKey } from '../model/person-key.ts';
import { newAccountOf, specOf } from '../operations/registry.ts';
import type { Stock } from '../operations/spec.ts';
import { addedNames } from '../plan/additions.ts';
import { lastSchoolsOf } from '../plan/departures.ts';
import type { GuardContext, OfSchool } from '../plan/guard.ts';
import type { Earlier } from '../plan/recent-changes.ts';
import type { SchoolSource } from '../plan/source-guard.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';

/** The part of the state that the guard needs. */
export type GuardFacts = Pick<ProfileState, 'profile' | 'scope'> & {
  tenant: Pick<TenantState, 'roster' | 'applied' | 'counts' | 'lastGood'> & { adoption: Pick<Adoption, 'found'> };
};

export function guardContext(
  state: GuardFacts,
  approvals: ReadonlyMap<string, number>,
  earlier: Earlier,
): GuardContext {
  return {
    settings: state.profile.guards,
    approvals,
    schoolOf: (operation) => schoolOf(operation, state),
    earlier,
    there: (group) => there(group, state),
    changing: (group) => changing(group, state),
    source: (schoolId) => {
      const isOfProfile = state.tenant.roster.schools.has(schoolId) && state.scope.covers(schoolId);
      return isOfProfile ? sourceOf(schoolId, state) : { counts: {}, yearId: undefined, sections: new Set() };
    },
    lastGood: (schoolId) => state.tenant.lastGood.get(schoolId),
  };
}

/** A person in several schools of the profile counts in the first. */
export function schoolOf(operation: Operation, { scope, tenant: { roster, applied } }: GuardFacts): SchoolId {
  if ('schoolId' in operation) return operation.schoolId;
  const ofGroup = 'groupingId' in operation ? groupingParts(operation.groupingId).schoolId : undefined;
  if (ofGroup !== undefined) return ofGroup;
  // A departure counts in its last school.
  if ('sectionId' in operation) {
    const there = roster.placeOf(operation.sectionId)?.schoolId;
    return there ?? lastSchoolsOf(classKey(operation.sectionId), applied)[0] ?? otherSchools;
  }
  if (!('personKey' in operation) || !isPersonKey(operation.personKey)) return otherSchools;
  const schoolIds = roster.whereaboutsOf(operation.personKey)?.schoolIds ?? lastSchoolsOf(operation.personKey, applied);
  return schoolIds.find(scope.covers) ?? otherSchools;
}

/** How much the school has of what the operations change; only written objects can change in bulk. */
function there(group: Readonly<OfSchool>, { tenant }: GuardFacts): number {
  const { kind, schoolId, operations } = group;
  const { guard } = specOf(kind);
  switch (guard.effect) {
    case 'account':
      return peopleBefore(schoolId, tenant);
    case 'update':
      return writtenIn(guard.outOf, schoolId, tenant);
    case 'removal':
      return stock(guard.outOf, schoolId, operations, tenant) ?? operations.length;
    case 'addition':
      // For repairs: what is left, and what is missing.
      return (
        sum(operations.map(weightOf)) + ((guard.repair && stock(guard.repair.outOf, schoolId, operations, tenant)) ?? 0)
      );
  }
}

function changing({ kind, schoolId, operations }: Readonly<OfSchool>, { tenant }: GuardFacts): readonly Operation[] {
  const { guard } = specOf(kind);
  switch (guard.effect) {
    case 'account': {
      // Before its first run nothing is known about a school: no number of accounts is too many.
      if (!tenant.lastGood.has(schoolId)) return [];
      // People known before and without an account are not new: a run was cut short, or accounts were refused.
      const missing = peopleBefore(schoolId, tenant) - (tenant.applied.schoolUsers.get(schoolId)?.size ?? 0);
      const isAnother = (operation: Operation) => newAccountOf(operation)?.isAnother === true;
      // Somebody who deleted many accounts at once may have intended it: they are not leftovers of an earlier run.
      const again = operations.filter(isAnother);
      const due = Math.max(0, missing - again.length);
      return [...again, ...operations.filter((operation) => !isAnother(operation)).slice(due)];
    }
    case 'update': {
      const objects = objectsIn(guard.outOf, tenant.applied);
      return operations.filter(
        (operation) => isWritten(objects.get(objectKey(operation)), tenant) && replaces(operation),
      );
    }
    case 'removal':
    case 'addition':
      return operations;
  }
}

/** Students and teachers at the last good run. */
function peopleBefore(schoolId: SchoolId, { lastGood }: Pick<TenantState, 'lastGood'>): number {
  const { student = 0, teacher = 0 } = lastGood.get(schoolId)?.counts ?? {};
  return student + teacher;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** How much of it the school has; undefined if nothing is known about the school. */
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
    case 'groups':
      return applied.groups.size;
    case 'groupMembers':
      return groupMembersOf(schoolId, applied);
    case 'classes':
      return [...roster.sectionsIn(schoolId)].filter((id) => applied.classes.has(id)).length;
    case 'owners':
    case 'members': {
      // Classes of earlier years that stay unchanged, with their members, do not count as what can be lost.
      const concerned = operations.flatMap((one) => ('sectionId' in one ? [one.sectionId] : []));
      const classes = new Set([...concerned, ...roster.sectionsIn(schoolId)]);
      return sum([...classes].map((id) => applied[what].get(id)?.size ?? 0));
    }
  }
}

/** Memberships of a school's people: those of its own groups, and theirs in groups of the whole district. */
function groupMembersOf(schoolId: SchoolId, { groupMembers, schoolUsers }: TenantState['applied']): number {
  const people: ReadonlySet<MemberKey> = schoolUsers.get(schoolId) ?? new Set();
  let count = 0;
  for (const [id, members] of groupMembers) {
    const of = groupingParts(id).schoolId;
    if (of === schoolId) count += members.size;
    else if (of === undefined) for (const person of people) if (members.has(person)) count += 1;
  }
  return count;
}

function writtenIn(what: Stock, schoolId: SchoolId, tenant: GuardFacts['tenant']): number {
  const { applied } = tenant;
  const objects = objectsIn(what, applied);
  return [...keysIn(what, schoolId, applied)].filter((key) => isWritten(objects.get(key), tenant)).length;
}

/** The objects of a kind in a school; security groups of all schools, because one has only a few. */
function keysIn(what: Stock, schoolId: SchoolId, applied: TenantState['applied']): Iterable<string> {
  if (what === 'schools') return [schoolId];
  if (what === 'groups') return applied.groups.keys();
  return (what === 'schoolUsers' ? applied.schoolUsers : applied.schoolClasses).get(schoolId) ?? [];
}

function objectsIn(
  what: Stock,
  { users, classes, schools, groups }: TenantState['applied'],
): ReadonlyMap<string, AppliedObject> {
  if (what === 'groups') return groups;
  return what === 'schoolUsers' ? users : what === 'schoolClasses' ? classes : schools;
}

/**
 * Only values written before can be changed: an object that was just adopted or matched gets its first values, and so
 * does one for which the profile now writes more.
 */
function isWritten(
  object: AppliedObject | undefined,
  { adoption: { found } }: Pick<GuardFacts['tenant'], 'adoption'>,
): boolean {
  const { objectId = '', body = {} } = object ?? {};
  return Object.keys(body).length > 0 && !found.has(objectId);
}

/** Additional values replace nothing, and a change that comes from the profile alone was chosen by a person. */
function replaces(operation: Operation): boolean {
  if (operation.byProfile === true) return false;
  return !('before' in operation) || addedNames(operation.before, operation.body) === undefined;
}

/** The key of an update's object in the applied state. */
function objectKey(operation: Operation): string {
  if ('personKey' in operation) return operation.personKey;
  if ('sectionId' in operation) return operation.sectionId;
  if ('groupingId' in operation) return operation.groupingId;
  return 'schoolId' in operation ? operation.schoolId : operation.key;
}

/** Every school of the profile, as PowerSchool has it now. */
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
