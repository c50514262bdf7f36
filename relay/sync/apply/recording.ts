/** Records answers in one transaction, and updates the state in memory. */
import { timestamp } from '../../../shared/clock.ts';
import type { LinkedPerson } from '../../model/account-link.ts';
import type { Applied } from '../../model/applied-state.ts';
import { type Operation, weightOf } from '../../model/operation.ts';
import { changesBy } from '../../plan/recent-changes.ts';
import { forgetPasswords } from '../../store/accounts/initial-passwords.ts';
import { record } from '../../store/applied/applied.ts';
import { noteCarriedOut } from '../../store/guard/holds.ts';
import { addRecentChanges } from '../../store/guard/recent-changes.ts';
import type { JournalEntry } from '../../store/runs/journal.ts';
import type { Applying } from './applying.ts';
import { updateApplied } from './effects.ts';
import type { Ended } from './task.ts';

export interface Answered {
  applied: readonly Applied[];
  journal: readonly JournalEntry[];
  /** The changes that the guard counts. */
  done: readonly Operation[];
  /** What it counts as well: it may have written values, which are not planned as changes again. */
  changed: readonly Operation[];
  /** People whose first password was never set, because their accounts have another one. */
  forgotten: readonly LinkedPerson[];
  /** These are no longer reported as waiting. */
  ended: readonly Ended[];
}

/** Memory changes in the same tick in which the transaction resolves, so nobody sees one without the other. */
export async function recordAnswers(
  { applied, journal, done, changed, forgotten, ended }: Answered,
  context: Pick<Applying, 'store' | 'tenantId' | 'clock' | 'applied' | 'accounts' | 'recent' | 'worklist'>,
): Promise<void> {
  const now = timestamp(context.clock);
  const changes = changesBy([...done, ...changed]);
  if (applied.length + journal.length + done.length + forgotten.length > 0) {
    await context.store.withTenant(context.tenantId, async (scope) => {
      await record(scope, applied, journal, now);
      await addRecentChanges(scope, changes, now);
      await noteCarriedOut(scope, approvedBy(done));
      await forgetPasswords(scope, forgotten);
      await context.worklist.ends(scope, ended);
    });
  }
  for (const one of applied) updateApplied(context, one);
  context.recent.add(changes, now);
}

function approvedBy(done: readonly Operation[]): { profile: string; hold: string; count: number }[] {
  const counts = new Map<string, { profile: string; hold: string; count: number }>();
  for (const operation of done) {
    if (operation.approvedBy === undefined) continue;
    const { profile, hold } = operation.approvedBy;
    const key = JSON.stringify([profile, hold]);
    const { count = 0 } = counts.get(key) ?? {};
    counts.set(key, { profile, hold, count: count + weightOf(operation) });
  }
  return [...counts.values()];
}
