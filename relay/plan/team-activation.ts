/** Which teams to check: until a teacher activates a class team, its students cannot see it. Pure. */

import type { AppliedState } from '../model/applied-state.ts';
import { classKey, type SectionId } from '../model/keys.ts';

export interface TeamActivation {
  sectionId: SectionId;
  /** Object id of the class. */
  objectId: string;
  /**
   * `waiting`: only owners see the team until one of them activates it. `gone`: Teams no longer has one for the class.
   */
  state: 'waiting' | 'active' | 'gone';
  /** When the state was first seen, ISO 8601. */
  since: string;
  /** When Teams was last asked, ISO 8601; undefined to ask again at the next opportunity. */
  checkedAt: string | undefined;
}

const dayMs = 86_400_000;

/**
 * Teams that exist and are not known to be active: each is checked once a day, as soon as it exists, and after a
 * restart of the synchronization. Nobody waits for teams of a class that is over or was deleted.
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

/** The result of a check. @param since is kept while the state stays @param now ISO 8601 */
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

/** What was known about another class of the section means nothing. */
function ofObject(activation: TeamActivation | undefined, objectId: string): TeamActivation | undefined {
  return activation?.objectId === objectId ? activation : undefined;
}
