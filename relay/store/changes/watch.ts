/** Notices what other processes (the CLI) change in the database within seconds, and changes by this process at once. */
import type { Logger } from 'pino';
import type { Clock } from '../../../shared/clock.ts';
import type { HallpassError } from '../../../shared/errors.ts';
import { startLoop } from '../../../shared/service.ts';
import type { Store } from '../store.ts';
import { type Change, changesSince, type Marks, readMarks } from './marks.ts';

export interface WatchOptions {
  store: Store;
  clock: Clock;
  log: Logger;
  /** Between two looks, milliseconds. */
  watchMs: number;
  changed(change: Change): void;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

export interface Watch {
  /** Why the database currently cannot be watched. */
  readonly trouble: HallpassError | undefined;
  /** Something may have changed: checks at once. The regular check would find it too, only later. */
  hint(): void;
  /** Resolves when the watch has ended, after the signal. */
  readonly ended: Promise<void>;
}

/** Starts at once: reports changes since the first check. */
export function watchChanges({ store, log, watchMs, changed, ...rest }: WatchOptions): Watch {
  let known: Marks | undefined;
  let trouble: HallpassError | undefined;
  const loop = startLoop({
    turn: async () => {
      const now = await store.system(readMarks);
      const changes = known === undefined ? [] : changesSince(known, now);
      known = now;
      for (const change of changes) changed(change);
    },
    pauseMs: watchMs,
    backoff: { baseMs: watchMs, capMs: 30_000 },
    failed: (error) => {
      trouble = error;
      const { code, message, cause } = error;
      const what = `changes by other commands are not noticed: ${message}`;
      log.error({ event: 'changes.watch-failed', code, message, ...(code === 'UNEXPECTED' && { err: cause }) }, what);
    },
    recovered: () => {
      trouble = undefined;
      log.info({ event: 'changes.watch-recovered' }, 'changes by other commands are noticed again');
    },
    ...rest,
  });
  return {
    get trouble() {
      return trouble;
    },
    hint: loop.wake,
    ended: loop.ended,
  };
}
