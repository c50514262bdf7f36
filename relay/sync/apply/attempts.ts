/** How often, and after which pauses, something is tried again. */
import { backoffMs, retryAfterMs } from '../../../shared/backoff.ts';
import type { Clock } from '../../../shared/clock.ts';
import { HallpassError } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/answer.ts';
import { refusalOf } from '../../graph/outcome.ts';
import type { Operation } from '../../model/operation.ts';

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
