/** What the guard says: why something is held. What happens if it is approved, each kind of operation says. */
import type { Operation, OperationKind } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';

/** @param repair whether they make again what somebody undid */
export function shareReason(
  kind: OperationKind,
  repair: boolean,
  changes: number,
  there: number,
  limit: number,
): string {
  const { guard } = specOf(kind);
  const share = `(${Math.round((changes * 100) / there)} %); the limit is ${limit} %.`;
  if (guard.effect === 'account') return `${changes} new accounts at once in a school of ${there} people ${share}`;
  const nouns = nounsOf(kind);
  if (repair) return `Somebody ended ${changes} of ${there} ${nouns} of the school in Microsoft 365 ${share}`;
  const verb = guard.effect === 'removal' ? 'end' : 'change';
  return `${changes} of ${there} ${nouns} of the school would ${verb} at once ${share}`;
}

export function totalReason(
  kind: OperationKind,
  repair: boolean,
  count: number,
  schools: number,
  limit: number,
): string {
  const nouns = nounsOf(kind);
  if (repair) return `Somebody ended ${count} ${nouns} in ${schools} schools in Microsoft 365; the limit is ${limit}.`;
  return `${count} ${nouns} in ${schools} schools would end at once; the limit is ${limit}.`;
}

/** What the profile has to do with it, as a sentence to follow; empty where it has nothing. */
export function profileReason(operations: readonly Operation[]): string {
  const own = operations.filter(({ byProfile }) => byProfile === true);
  if (own.length === 0) return '';
  const reasons = [...new Set(own.map(({ reason }) => reason))].slice(0, 3).join('; ');
  return ` ${own.length === operations.length ? 'The cause is the profile' : `The cause of ${own.length} is the profile`}: ${reasons}.`;
}

/** What happens if they are approved. @param operations of one kind, at least one */
export function effectOf(kind: OperationKind, operations: readonly Operation[]): string {
  const { guard } = specOf(kind);
  const words = guard.effect === 'addition' ? guard.repair : guard;
  return words?.ifApproved(operations) ?? '';
}

/** What operations of the kind end, change or make again. */
function nounsOf(kind: OperationKind): string {
  const { guard } = specOf(kind);
  if (guard.effect === 'account') return 'new accounts';
  return (guard.effect === 'addition' ? guard.repair : guard)?.nouns ?? kind;
}
