/** Working a queue off: some requests under way at once, nothing idle while something is due, and one failure ends all. */
import { backoffMs, retryAfterMs } from '../../../shared/backoff.ts';
import type { Clock } from '../../../shared/clock.ts';
import { HallpassError } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/client.ts';
import { refusalOf } from '../../graph/outcome.ts';
import type { Operation } from '../../model/operation.ts';
import type { Lanes, Task } from './lanes.ts';

/** Attempts before an operation is left to the next run: with the waits below, some three minutes. */
export const maxAttempts = 12;
export const backoff = { baseMs: 1000, capMs: 30_000 };

/** What to make of a request of its own that was throttled, failed on the way, or was refused. */
export interface Failure {
  error: HallpassError;
  /** Whether it may have been carried out. */
  isLost: boolean;
  /** Whether it passes by itself. */
  passes: boolean;
  /** Milliseconds until another attempt; undefined when there is none. */
  waitMs: number | undefined;
}

/** @param attempts made so far */
export function failureAfter(
  operation: Operation,
  answer: GraphAnswer | HallpassError,
  attempts: number,
  { clock, random }: { clock: Clock; random: () => number },
): Failure {
  const isError = answer instanceof HallpassError;
  const isLost = isError ? answer.retry !== 'retry-after' : answer.status >= 500;
  const error = isError ? answer : refusalOf(operation, answer);
  const passes = isLost || (isError ? error.retry === 'retry-after' : answer.status === 429);
  if (!passes || attempts >= maxAttempts) return { error, isLost, passes, waitMs: undefined };
  const floor = isError ? answer.retryAfterMs : retryAfterMs(answer.headers.get('retry-after'), clock.now());
  return { error, isLost, passes, waitMs: Math.max(1, backoffMs(backoff, attempts - 1, random(), floor)) };
}

/**
 * Returns when every task of the lanes is settled.
 *
 * @param work `carryOut` settles or parks each of the up to `atOnce` tasks that it is given; up to `parallel` calls of it
 *   are under way at once
 * @throws what `carryOut` throws, or the signal's reason
 */
export async function workOff(
  lanes: Lanes,
  work: {
    parallel: number;
    atOnce: number;
    carryOut: (tasks: Task[]) => Promise<void>;
    clock: Clock;
    signal: AbortSignal;
  },
): Promise<void> {
  const { parallel, atOnce, carryOut, clock } = work;
  const stop = new AbortController();
  const signal = AbortSignal.any([work.signal, stop.signal]);
  let changed = Promise.withResolvers<void>();

  const worker = async (): Promise<void> => {
    while (lanes.open > 0) {
      signal.throwIfAborted();
      const tasks = lanes.take(atOnce, clock.now());
      if (tasks.length > 0) {
        await carryOut(tasks);
        changed.resolve();
        changed = Promise.withResolvers<void>();
        continue;
      }
      const due = lanes.nextDue();
      const settled = changed.promise;
      const waiting = new AbortController();
      const timer =
        due === undefined
          ? settled
          : clock.sleep(Math.max(1, due - clock.now()), AbortSignal.any([signal, waiting.signal]));
      await Promise.race([settled, timer]).finally(() => waiting.abort());
      timer.catch(() => undefined);
    }
  };
  const workers = Array.from({ length: parallel }, async () => {
    try {
      await worker();
    } catch (error) {
      stop.abort(error);
      changed.resolve();
      throw error;
    }
  });
  await Promise.allSettled(workers);
  signal.throwIfAborted();
}
