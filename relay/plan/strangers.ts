/** People whom a PowerSchool class names and nobody provisions: why, and what to do. Pure. */
import { recordKey, type SchoolId } from '../model/keys.ts';
import { type Problem, problem } from '../model/problem.ts';
import type { Scope } from '../profile/scope.ts';
import { type Membership, memberOf } from './memberships.ts';
import type { Whereabouts } from './roster-index.ts';

/** For use in a sentence. */
export const membershipWords: Record<Membership['kind'], string> = {
  studentEnrollment: 'enrollment',
  teacherRoster: 'teacher assignment',
};

/**
 * Undefined for a person whom the profile covers: what is wrong with them is a problem of their own.
 *
 * @param person named in the record; undefined for one outside the roster
 */
export function strangerProblem(
  membership: Membership,
  person: Whereabouts | undefined,
  scope: Scope,
): Problem | undefined {
  const reference = memberOf(membership);
  const schoolIds = person?.schoolIds;
  if (schoolIds?.some(scope.covers)) return undefined;
  const isStaff = membership.kind === 'teacherRoster';
  const { kind, id, sectionId: section } = membership;
  return problem(recordKey(kind, id), 'InvalidLookupReference', {
    kind: membershipWords[kind],
    section,
    reference,
    ...reasonFor(schoolIds, isStaff, scope),
  });
}

function reasonFor(
  schoolIds: readonly SchoolId[] | undefined,
  isStaff: boolean,
  scope: Scope,
): { reason: string; otherwise: string } {
  if (schoolIds === undefined) {
    const reason = isStaff
      ? 'who is not current staff of any synced school (the district office, SchoolID 0, is not a school)'
      : 'who is not an active student of any synced school';
    return { reason, otherwise: 'If they are at a school that no profile covers, add it to "schools" of the profile' };
  }
  const at = `at ${schoolIds.length === 1 ? 'school' : 'schools'} ${schoolIds.join(', ')}`;
  const others = scope.othersOf(schoolIds);
  if (others.length === 0) {
    return {
      reason: `who is ${at}, which no profile covers`,
      otherwise: 'Or add the school to "schools" of the profile',
    };
  }
  const reason = `who is ${at}, which the profile ${others.join(', ')} covers: a class has only people of its own profile`;
  return { reason, otherwise: 'Or put both schools into one profile' };
}
