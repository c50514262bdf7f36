/**
 * A background loop: the same turn again and again until its signal ends it. Whatever a turn does, the loop sleeps before
 * the next one, so that no failure can keep the process from its timers, signals and requests.
 */
import { type BackoffOptions, backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { HallpassError } from './errors.ts';
import { toHallpassError } from './terminal.ts';

/** Shortest pause after a failed turn, milliseconds; a loop with shorter pauses keeps its own. */
const failurePauseMs = 1000;

export interface LoopOptions {
  turn(): Promise<void>;
  /** Between two turns, milliseconds. */
  pauseMs: number;
  /** The pauses after failed turns, which grow. */
  backoff: BackoffOptions;
  /** A turn failed: called for the first failure, and again only when the reason changes. */
  failed(error: HallpassError): void;
  /** The first good turn after failed ones. */
  recovered?(): void;
  clock: Clock;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

export interface Loop {
  /** Ends the pause, or makes the next one end at once. */
  wake(): void;
  /** Forgets the wake-ups since the turn under way began: the pause after it is a whole one. */
  forgetWakes(): void;
  /** Resolves when the loop has ended, which it does after the signal. Never rejects. */
  readonly ended: Promise<void>;
}

/** Begins with a turn at once. A failure while the loop is ending is not reported. */
export function startLoop(options: LoopOptions): Loop {
  const { turn, pauseMs, backoff, failed, recovered, clock, random, signal } = options;
  let woken = Promise.withResolvers<void>();

  const pause = async (ms: number): Promise<void> => {
    const over = new AbortController();
    const sleep = clock.sleep(ms, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    await Promise.race([woken.promise, sleep]);
    over.abort();
    await sleep;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    let reported = '';
    while (!signal.aborted) {
      woken = Promise.withResolvers<void>();
      try {
        await turn();
        if (failures > 0) recovered?.();
        failures = 0;
        reported = '';
      } catch (thrown) {
        if (signal.aborted) return;
        const error = toHallpassError(thrown);
        const what = `${error.code} ${error.message}`;
        if (what !== reported) failed(error);
        reported = what;
        failures += 1;
      }
      if (failures === 0) {
        await pause(pauseMs);
        continue;
      }
      // No wake-up shortens this much: one that comes from the failing turn itself would make it turn without a pause.
      const leastMs = Math.min(pauseMs, failurePauseMs);
      await clock.sleep(leastMs, signal).catch(() => undefined);
      await pause(Math.max(0, backoffMs(backoff, failures - 1, random()) - leastMs));
    }
  };

  return {
    wake: () => woken.resolve(),
    forgetWakes: () => {
      woken = Promise.withResolvers<void>();
    },
    // Not at once: a turn may want the loop that is being made here.
    ended: Promise.resolve().then(run),
  };
}
