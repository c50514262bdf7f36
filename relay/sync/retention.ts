/** Keeps the journal from growing for ever: once a day, what is older than the settings say is forgotten. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { pruneJournal } from '../store/run-history.ts';
import type { Store } from '../store/store.ts';
import { listTenants } from '../store/system.ts';

const dayMs = 86_400_000;

export interface RetentionOptions {
  store: Store;
  /** For how many days a run is kept after its start. */
  keepDays: number;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
}

/** Begins at once, and returns when the signal has ended it. */
export async function keepJournalShort(options: RetentionOptions): Promise<void> {
  const { clock, log, signal } = options;
  while (!signal.aborted) {
    try {
      await forgetOldRuns(options);
    } catch (error) {
      const { code, message } = toHallpassError(error);
      log.error({ event: 'journal.prune-failed', code, message }, `the journal was not shortened: ${message}`);
    }
    await clock.sleep(dayMs, signal).catch(() => undefined);
  }
}

/** In short transactions, so that agents and runs wait for none of them. */
async function forgetOldRuns({ store, keepDays, clock, signal }: RetentionOptions): Promise<void> {
  const before = new Date(clock.now() - keepDays * dayMs).toISOString();
  for (const { id } of await store.system(listTenants)) {
    while (!signal.aborted && (await store.withTenant(id, (scope) => pruneJournal(scope, before))));
  }
}
