/** What the guard says: why something is held. What happens if it is approved, each kind of operation says. */
import type { Operation, OperationKind } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';

interface Share {
  changes: number;
  /** Within the 24 hours before. */
  earlier: number;
  outOf: number;
  /** In percent. */
  limit: number;
}

/** @param repair whether they make again what somebody undid */
export function shareReason(kind: OperationKind, repair: boolean, { changes, earlier, outOf, limit }: Share): string {
  const { guard } = specOf(kind);
  const sum = changes + earlier;
  const share = `(${outOf === 0 ? 100 : Math.round((sum * 100) / outOf)} %); the limit is ${limit} %.`;
  const together = `after ${earlier} within 24 hours: ${sum} of ${outOf} ${share}`;
  if (guard.effect === 'account') {
    if (earlier === 0) return `${changes} new accounts at once in a school of ${outOf} people ${share}`;
    return `${changes} new accounts in a school, ${together}`;
  }
  const nouns = nounsOf(kind);
  if (repair) {
    if (earlier === 0) return `Somebody ended ${changes} of ${outOf} ${nouns} of the school in Microsoft 365 ${share}`;
    return `Somebody ended ${changes} ${nouns} of the school in Microsoft 365, ${together}`;
  }
  const verb = guard.effect === 'removal' ? 'end' : 'change';
  if (earlier === 0) return `${changes} of ${outOf} ${nouns} of the school would ${verb} at once ${share}`;
  return `${changes} ${nouns} of the school would ${verb}, ${together}`;
}

interface Total {
  changes: number;
  schools: number;
  /** Within the 24 hours before. */
  earlier: number;
  limit: number;
}

export function totalReason(kind: OperationKind, repair: boolean, { changes, schools, earlier, limit }: Total): string {
  const what = `${changes} ${nounsOf(kind)} in ${schools} schools`;
  const end = `${earlier === 0 ? '' : `, after ${earlier} within 24 hours: ${changes + earlier} together`}; the limit is ${limit}.`;
  if (repair) return `Somebody ended ${what} in Microsoft 365${end}`;
  return `${what} would end${earlier === 0 ? ' at once' : ''}${end}`;
}

/** What else has ended, where the reason is another; a sentence to follow, empty where nothing has. */
export function alsoEarlier(kind: OperationKind, earlier: number): string {
  return earlier === 0 ? '' : ` ${earlier} ${nounsOf(kind)} of the school ended before, within 24 hours.`;
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
