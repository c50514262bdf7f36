/**
 * One tenant's loop: a run whenever something may have changed. Nothing is queued: a wake-up during a run makes one more
 * run after it, however many wake-ups there were, because a run compares states and not events.
 */
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';

/** The directory changes without telling, and dates pass: a run is due after a while even when nobody wakes us. */
const idleMs = 15 * 60_000;
const failureBackoff = { baseMs: 5_000, capMs: 15 * 60_000 };

export interface TenantLoop {
  wake(): void;
  /** Forgets the wake-ups since the run under way began: there is no run after it until the next. */
  forgetWakes(): void;
  /** Resolves when the loop has ended, which it does after the signal. */
  ended: Promise<void>;
}

/**
 * @param run one run; a rejection makes it run again with growing pauses, at the latest when woken
 * @param failed told of every rejection
 */
export function startTenantLoop(options: {
  run: () => Promise<void>;
  failed: (error: unknown) => void;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}): TenantLoop {
  const { run, failed, clock, random, signal } = options;
  let woken = Promise.withResolvers<void>();

  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      woken = Promise.withResolvers<void>();
      try {
        await run();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failed(error);
        failures += 1;
      }
      const pause = failures === 0 ? idleMs : Math.max(1000, backoffMs(failureBackoff, failures - 1, random()));
      await sleepUnlessWoken(pause);
    }
  };

  const sleepUnlessWoken = async (ms: number): Promise<void> => {
    const over = new AbortController();
    const sleep = clock.sleep(ms, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    await Promise.race([woken.promise, sleep]);
    over.abort();
    await sleep;
  };

  const forgetWakes = () => {
    woken = Promise.withResolvers<void>();
  };

  return { wake: () => woken.resolve(), forgetWakes, ended: loop() };
}
