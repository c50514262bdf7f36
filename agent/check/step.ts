/** One check: its time, its finding, and what becomes of an error. */
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

/** A failed check from an error of the catalog; its retry class says whether it may pass by itself. */
export function failure(name: string, error: unknown): Check {
  const { code, message, action, retry } = toHallpassError(error);
  const temporary = retry === 'retry' || retry === 'retry-after';
  return { name, status: 'fail', fact: message, action, code, ...(temporary ? { temporary } : {}) };
}

/** Instead of a check that needs an earlier one, which has failed and is the one to look at. */
export function notTried(name: string, because: string): Check {
  return { name, ...warn(`Not tried, because ${because} failed.`, `Fix ${because} first.`), notTried: true };
}

export interface Step {
  name: string;
  timeoutMs: number;
  /** Ends all checks. */
  signal: AbortSignal;
  /** Gives an error that is none of the catalog its name there. */
  toError: (error: unknown) => HallpassError;
}

export interface StepResult<T> {
  check: Check;
  /** What later checks build on; absent when this one failed. */
  value?: T;
}

/**
 * Runs one check within its time; what it throws becomes its finding.
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
    // Not everything can be cut off: a look into DNS ends when it ends.
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
