/** Keeps the journal from growing forever, and answers of the API for no longer than they are good for: what is too old is deleted once a day. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import { pruneRequests } from '../store/runs/person-requests.ts';
import { pruneJournal } from '../store/runs/run-history.ts';
import type { Store } from '../store/store.ts';
import { forgetOldAnswers } from '../store/tenants/kept-answers.ts';
import { listTenants } from '../store/tenants/system.ts';

const dayMs = 86_400_000;

export interface RetentionOptions {
  store: Store;
  /** For how many days a run is kept after its start. */
  keepDays: number;
  clock: Clock;
  log: Logger;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

/** Begins at once, and ends with the signal. */
export function keepJournalShort(options: RetentionOptions): Loop {
  const { clock, log, random, signal } = options;
  return startLoop({
    turn: () => forgetOld(options),
    pauseMs: dayMs,
    backoff: { baseMs: 60_000, capMs: dayMs / 24 },
    failed: ({ code, message }) =>
      log.error(
        { event: 'journal.prune-failed', code, message },
        `old runs were not deleted from the journal: ${message}`,
      ),
    recovered: () => log.info({ event: 'journal.prune-recovered' }, 'old runs are deleted from the journal again'),
    clock,
    random,
    signal,
  });
}

/** In short transactions, so that agents and runs wait for none of them. */
async function forgetOld({ store, keepDays, clock, signal }: RetentionOptions): Promise<void> {
  const now = new Date(clock.now());
  while (!signal.aborted && (await store.system((scope) => forgetOldAnswers(scope, now))));
  const before = new Date(clock.now() - keepDays * dayMs).toISOString();
  for (const { id } of await store.system(listTenants)) {
    while (!signal.aborted && (await store.withTenant(id, (scope) => pruneJournal(scope, before))));
    await store.withTenant(id, (scope) => pruneRequests(scope, before));
  }
}
