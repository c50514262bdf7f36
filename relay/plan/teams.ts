/** Which classes become teams: the last step of a class, because Teams requires an owner first. */

import type { AppliedState, AppliedTeam } from '../model/applied-state.ts';
import { classKey, type SectionId } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import type { DesiredState } from './desired.ts';
import { willHaveOwner } from './owners.ts';

/** A team is created once and never again, whatever happens to it: its owners may have archived or deleted it. */
export function* teamOperations(desired: DesiredState, applied: AppliedState): Iterable<Operation> {
  if (!desired.createTeams) return;
  for (const sectionId of desired.classes.keys()) {
    const team = teamOf(sectionId, applied);
    if (team?.state === 'there' || !willHaveOwner(sectionId, desired, applied)) continue;
    yield { kind: 'createTeam', key: classKey(sectionId), sectionId, reason: reasons[team?.state ?? 'none'] };
  }
}

const reasons = {
  none: 'the profile gives every class a team',
  waiting: 'Microsoft Teams did not know the class yet',
  accepted: 'Microsoft Teams is creating the team',
} as const;

/** Classes that cannot become teams because nobody with an account teaches them. */
export function classesWithoutOwner(desired: DesiredState, applied: AppliedState): SectionId[] {
  if (!desired.createTeams) return [];
  return [...desired.classes.keys()].filter(
    (sectionId) =>
      teamOf(sectionId, applied)?.state !== 'there' &&
      !willHaveOwner(sectionId, desired, applied) &&
      !applied.gone.has(classKey(sectionId)),
  );
}

/** What is known about the class's team; knowledge about another object of the section does not count. */
export function teamOf(sectionId: SectionId, applied: AppliedState): AppliedTeam | undefined {
  const team = applied.teams.get(sectionId);
  return team !== undefined && team.objectId === applied.classes.get(sectionId)?.objectId ? team : undefined;
}
