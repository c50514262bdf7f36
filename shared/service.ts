/**
 * A background loop: repeats one turn until it is ended. Whatever a turn does, the loop sleeps before the next one, so
 * that no failure can keep the process from its timers, signals and requests. Everything that repeats in the background
 * is such a loop: scripts/build/timers.ts finds other timers.
 */
import { type BackoffOptions, backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { HallpassError } from './errors.ts';
import { toHallpassError } from './terminal.ts';

/** The shortest pause after a failed turn, in milliseconds; a loop with shorter pauses keeps its own. */
const failurePauseMs = 1000;
/** Nobody reads why a pause ended: one shared reason saves creating an error with a stack each time. */
const ended = 'the pause ended';

export interface LoopOptions {
  turn(): Promise<void>;
  /** The pause between two turns, in milliseconds; a function is called after every successful turn. */
  pauseMs: number | (() => number);
  /** Whether the first turn comes at once, the default, or after a pause. */
  begin?: 'at once' | 'after a pause';
  /** The growing pauses after failed turns. */
  backoff: BackoffOptions;
  /** Called for the first failed turn, and again only when the reason changes. */
  failed(error: HallpassError): void;
  /** Called for the first successful turn after failed ones. */
  recovered?(): void;
  clock: Pick<Clock, 'sleep'>;
  /** A number in [0, 1). */
  random(): number;
  /** Ends the loop, as {@link Loop.stop} does. */
  signal?: AbortSignal;
}

export interface Loop {
  /** Ends the current pause, or makes the next one end at once. */
  wake(): void;
  /** Forgets wake-ups since the current turn began: the full pause follows. */
  forgetWakes(): void;
  /** Starts no further turn, and ends the pause. May be called within a turn, and more than once. */
  stop(): void;
  /** Resolves when the loop has ended, after any running turn. Never rejects. */
  readonly ended: Promise<void>;
}

/** A failure while the loop is ending is not reported. */
export function startLoop(options: LoopOptions): Loop {
  const { turn, pauseMs, begin = 'at once', backoff, failed, recovered, clock, random, signal } = options;
  let isOver = false;
  let isWoken = false;
  /** What ends the current pause, and whether a wake-up may. */
  let pausing: { end: AbortController; byWake: boolean } | undefined;

  const wake = () => {
    isWoken = true;
    if (pausing?.byWake === true) pausing.end.abort(ended);
  };
  const stop = () => {
    isOver = true;
    signal?.removeEventListener('abort', stop);
    pausing?.end.abort(ended);
  };
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();

  const pause = async (ms: number, byWake: boolean): Promise<void> => {
    if (isOver || (byWake && isWoken)) return;
    pausing = { end: new AbortController(), byWake };
    await clock.sleep(ms, pausing.end.signal).catch(() => undefined);
    pausing = undefined;
  };

  const run = async (): Promise<void> => {
    let isDue = begin === 'at once';
    let failures = 0;
    let reported = '';
    while (!isOver) {
      isWoken = false;
      try {
        if (isDue) await turn();
        isDue = true;
        const usualMs = typeof pauseMs === 'number' ? pauseMs : pauseMs();
        if (failures > 0) recovered?.();
        failures = 0;
        reported = '';
        await pause(usualMs, true);
      } catch (thrown) {
        if (isOver) return;
        const error = toHallpassError(thrown);
        const what = `${error.code} ${error.message}`;
        if (what !== reported) failed(error);
        reported = what;
        failures += 1;
        // No wake-up shortens this part: one from the failing turn itself would make the loop run without a pause.
        const leastMs = typeof pauseMs === 'number' ? Math.min(pauseMs, failurePauseMs) : failurePauseMs;
        await pause(leastMs, false);
        await pause(Math.max(0, backoffMs(backoff, failures - 1, random()) - leastMs), true);
      }
    }
  };

  return {
    wake,
    forgetWakes: () => {
      isWoken = false;
    },
    stop,
    // Deferred: a turn may use the loop that is being created here.
    ended: Promise.resolve().then(run),
  };
}
