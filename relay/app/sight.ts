/**
 * What of a district's people and problems an actor sees: school viewers what concerns their schools, registrars the problems that
 * PowerSchool causes and whom these are about, everyone else everything. Queries leave the rest out before they answer.
 */
import type { Fixer } from '../../shared/errors/entry.ts';
import { type Actor, grantsIn } from './actor.ts';

export interface Sight {
  isWhole: boolean;
  /** Ids of schools whose people, classes and problems it includes. */
  schools: ReadonlySet<string>;
  /** Whether it includes problems that the people who maintain PowerSchool can fix, in every school. */
  hasFixable: boolean;
}

export const wholeSight: Sight = { isWhole: true, schools: new Set(), hasFixable: true };

export function sightIn(actor: Actor, tenantId: string): Sight {
  if (actor.kind !== 'user') return wholeSight;
  const grants = grantsIn(actor, tenantId);
  if (grants.some(({ role }) => role !== 'schoolViewer' && role !== 'registrar')) return wholeSight;
  return {
    isWhole: false,
    schools: new Set(grants.flatMap(({ role, schools }) => (role === 'schoolViewer' ? (schools ?? []) : []))),
    hasFixable: grants.some(({ role }) => role === 'registrar'),
  };
}

export function seesSchools({ isWhole, schools }: Sight, schoolIds: readonly string[]): boolean {
  return isWhole || schoolIds.some((id) => schools.has(id));
}

/** @param schoolIds of what the problem is about */
export function seesProblem(sight: Sight, role: Fixer, schoolIds: readonly string[]): boolean {
  return seesSchools(sight, schoolIds) || (sight.hasFixable && role === 'sis');
}
