/** One check: its time limit, its finding, and how errors become findings. */
import type { HallpassError } from '../../shared/errors.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import type { Check } from './finding.ts';

export type Verdict = Omit<Check, 'name'>;

export function pass(fact: string): Verdict {
  return { status: 'pass', fact, action: '' };
}

export function warn(fact: string, action: string): Verdict {
  return { status: 'warn', fact, action };
}

export function fails(fact: string, action: string): Verdict {
  return { status: 'fail', fact, action };
}

/** A failed check, from an error in the catalog; the retry class says whether it may pass by itself. */
export function failure(name: string, error: unknown): Check {
  const { code, message, action, retry } = toHallpassError(error);
  const temporary = retry === 'retry' || retry === 'retry-after';
  return { name, status: 'fail', fact: message, action, code, ...(temporary ? { temporary } : {}) };
}

/** Stands in for a check that was not run because an earlier one failed. */
export function notTried(name: string, because: string): Check {
  return { name, ...warn(`Not tried, because ${because} failed.`, `Fix ${because} first.`), notTried: true };
}

export interface Step {
  name: string;
  timeoutMs: number;
  /** Ends all checks. */
  signal: AbortSignal;
  /** Turns an error from outside the catalog into one from the catalog. */
  toError: (error: unknown) => HallpassError;
}

export interface StepResult<T> {
  check: Check;
  /** What later checks need; absent when this one failed. */
  value?: T;
}

/**
 * Runs one check within its time limit and turns what it throws into its finding.
 *
 * @throws the signal's reason
 */
export async function step<T>(
  { name, timeoutMs, signal, toError }: Step,
  run: (signal: AbortSignal) => Promise<Verdict & { value?: T }>,
): Promise<StepResult<T>> {
  const late = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, late]);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(either.reason);
  either.addEventListener('abort', onAbort);
  try {
    either.throwIfAborted();
    // Not everything can be canceled: a DNS lookup ends only by itself.
    const { value, ...verdict } = await Promise.race([run(either), over]);
    return { check: { name, ...verdict }, ...(value === undefined ? {} : { value }) };
  } catch (error) {
    signal.throwIfAborted();
    const named = late.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error;
    return { check: failure(name, toError(named)) };
  } finally {
    either.removeEventListener('abort', onAbort);
  }
}
