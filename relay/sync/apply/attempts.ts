/** How often and after which pauses something is retried. */
import { backoffMs, retryAfterMs } from '../../../shared/backoff.ts';
import type { Clock } from '../../../shared/clock.ts';
import { HallpassError } from '../../../shared/errors.ts';
import type { GraphAnswer } from '../../graph/answer.ts';
import { refusalOf } from '../../graph/outcome.ts';
import type { Operation } from '../../model/operation.ts';

/** Attempts before an operation is left to the next run: about three minutes with the pauses below. */
export const maxAttempts = 12;
export const backoff = { baseMs: 1000, capMs: 30_000 };

/** The result of a single request that was throttled, failed in transit, or was refused. */
export interface Failure {
  error: HallpassError;
  /** Whether it may have been carried out. */
  isLost: boolean;
  /** Whether it is temporary. */
  passes: boolean;
  /** Milliseconds until the next attempt; undefined if there is none. */
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
