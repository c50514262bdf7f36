/** Which teams to look at: until a teacher activates a class team, its students do not see it. Pure. */

import type { AppliedState } from '../model/applied-state.ts';
import { classKey, type SectionId } from '../model/keys.ts';

export interface TeamActivation {
  sectionId: SectionId;
  /** Of the class. */
  objectId: string;
  /** `waiting`: owners alone see the team until one of them activates it. `gone`: Teams has none of the class anymore. */
  state: 'waiting' | 'active' | 'gone';
  /** When the state was first seen, ISO 8601. */
  since: string;
  /** When Teams was last asked, ISO 8601; undefined to ask again at the next opportunity. */
  checkedAt: string | undefined;
}

const dayMs = 86_400_000;

/**
 * Teams that are there and not active as far as is known: each is looked at once a day, as soon as it is there, and after a
 * restart of the synchronization. Nobody waits for those of a class that is over or was deleted.
 *
 * @returns section ids
 */
export function dueActivations(
  applied: AppliedState,
  known: ReadonlyMap<SectionId, TeamActivation>,
  nowMs: number,
): { sectionId: SectionId; objectId: string }[] {
  const archived = applied.retired.get('archived');
  const due: { sectionId: SectionId; objectId: string }[] = [];
  for (const [sectionId, { state, objectId }] of applied.teams) {
    if (state !== 'there' || objectId !== applied.classes.get(sectionId)?.objectId) continue;
    if (applied.gone.has(classKey(sectionId)) || archived?.has(sectionId) === true) continue;
    const activation = ofObject(known.get(sectionId), objectId);
    const { checkedAt } = activation ?? {};
    if (checkedAt !== undefined && activation?.state !== 'waiting') continue;
    if (checkedAt === undefined || nowMs - Date.parse(checkedAt) >= dayMs) due.push({ sectionId, objectId });
  }
  return due;
}

/** What a look shows. @param since is kept while the state stays @param now ISO 8601 */
export function seenActivation(
  { sectionId, objectId }: { sectionId: SectionId; objectId: string },
  state: TeamActivation['state'],
  before: TeamActivation | undefined,
  now: string,
): TeamActivation {
  const known = ofObject(before, objectId);
  const since = known?.state === state ? known.since : now;
  return { sectionId, objectId, state, since, checkedAt: now };
}

/** What was known of another class of the section says nothing. */
function ofObject(activation: TeamActivation | undefined, objectId: string): TeamActivation | undefined {
  return activation?.objectId === objectId ? activation : undefined;
}
