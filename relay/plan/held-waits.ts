/** What operations that are held wait for: a decision about a hold, or something that only a held operation would bring about. Pure. */
import { type Hold, otherSchools } from '../model/hold.ts';
import type { SchoolId } from '../model/keys.ts';
import { type Operation, type Plan, peopleOf } from '../model/operation.ts';
import type { WaitingOperation, WaitReason } from '../model/waiting.ts';
import { broughtBy, namesOfNeeds } from '../operations/needs.ts';
import { effectOn } from './guard.ts';

/** @param holds those that nobody has approved @returns one for each that is held */
export function heldWaits(
  held: Plan,
  holds: readonly Pick<Hold, 'key' | 'kind' | 'schoolId'>[],
  schoolOf: (operation: Operation) => SchoolId,
): WaitingOperation[] {
  const brought = new Set(held.flatMap((operation) => broughtBy(operation) ?? []));
  const ownHold = (operation: Operation): string | undefined => {
    if (effectOn(operation) === 'addition') return undefined;
    const ofKind = holds.filter(({ kind }) => kind === operation.kind);
    const own = ofKind.find(({ schoolId }) => schoolId === schoolOf(operation));
    return (own ?? ofKind.find(({ schoolId }) => schoolId === otherSchools))?.key;
  };
  const reasonOf = (operation: Operation): WaitReason => {
    const hold = ownHold(operation);
    if (hold !== undefined) return { for: 'hold', hold };
    const names = namesOfNeeds(operation);
    const thing = names.find((name) => brought.has(name)) ?? names[0];
    if (thing === undefined) throw new TypeError(`${operation.kind} ${operation.key} is held and needs nothing`);
    return { for: 'need', thing };
  };
  return held.map((operation) => ({
    ...{ kind: operation.kind, key: operation.key, people: peopleOf(operation), brings: broughtBy(operation) },
    reason: reasonOf(operation),
  }));
}

/**
 * Those that somebody who asks cannot find by the hold alone: what needs another one, and what that is.
 *
 * @param others what waits besides
 */
export function withinChains(
  held: readonly WaitingOperation[],
  others: readonly WaitingOperation[],
): WaitingOperation[] {
  const needed = new Set([...held, ...others].flatMap(({ reason }) => ('thing' in reason ? reason.thing : [])));
  return held.filter(({ reason, brings }) => reason.for === 'need' || (brings !== undefined && needed.has(brings)));
}
