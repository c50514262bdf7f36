/** What the log says of what a run has decided. */
import type { Logger } from 'pino';
import type { Applied } from '../model/applied-state.ts';
import { countOperations, type Plan } from '../model/operation.ts';
import type { Guarded } from '../plan/guard.ts';
import type { HandedOver } from './accounts.ts';
import type { Checked } from './guard-step.ts';
import { countTakenOver } from './state/adoption.ts';
import type { ProfileState } from './state/tenant-state.ts';

interface WithLog {
  log: Logger;
}

export function logPlan({ log }: WithLog, plan: Plan, { held }: Pick<Guarded, 'held'>): void {
  const facts = { planned: countOperations(plan), total: plan.length, held: held.length };
  log.info({ event: 'run.planned', ...facts }, `planned ${plan.length} operations`);
}

export function logHolds({ log }: WithLog, { news }: Checked): void {
  for (const { event, hold } of news) {
    const { key, kind, schoolId: school, rule, count, reason } = hold;
    log.warn({ event, hold: key, kind, school, rule, count }, `${count} operations are held: ${reason}`);
  }
}

export function logHandovers({ log }: WithLog, { length: count }: readonly HandedOver[]): void {
  if (count > 0)
    log.info({ event: 'run.handed-over', count }, `${count} accounts were handed over to new records of their people`);
}

export function logTakenOver({ log }: WithLog, state: ProfileState, there: readonly Applied[]): void {
  if (there.length === 0) return;
  const takenOver = countTakenOver(state, there);
  const { schools, classes, accounts, memberships } = takenOver;
  const what = `${schools} schools, ${classes} classes, ${accounts} accounts, ${memberships} memberships`;
  log.info({ event: 'run.adopted', ...takenOver }, `adopted as they are: ${what}`);
}
