/** Whether a class has an owner once the plan is carried out. */
import { type AppliedState, certainOwners, uncertainKey } from '../model/applied-state.ts';
import type { SectionId } from '../model/keys.ts';
import type { PersonKey } from '../model/person-key.ts';
import type { DesiredState } from './desired.ts';

/** The people who teach the class, if one of them is an owner or becomes one in the same plan. */
export function ownersToBe(
  sectionId: SectionId,
  { owners }: DesiredState,
  { absent }: AppliedState,
): Set<PersonKey> | undefined {
  const teaching = owners.get(sectionId);
  const isThere = (person: PersonKey) => !absent.has(uncertainKey('owner', sectionId, person));
  return teaching?.values().some(isThere) === true ? teaching : undefined;
}

/** A former teacher of the class may be one, too. */
export function willHaveOwner(sectionId: SectionId, desired: DesiredState, applied: AppliedState): boolean {
  return ownersToBe(sectionId, desired, applied) !== undefined || certainOwners(applied, sectionId).length > 0;
}
