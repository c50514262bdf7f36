/**
 * The standing of a profile, in the words of School Data Sync's portal and a few of our own, and when it is
 * quarantined. Pure.
 */
import type { RetryClass } from '../../shared/errors/entry.ts';
import { type ErrorCode, fail } from '../../shared/errors.ts';
import type { GuardSettings } from './guards.ts';

export type Standing =
  | 'setting up'
  | 'preview'
  | 'in progress'
  | 'success'
  | 'success with errors'
  | 'held'
  | 'failing'
  | 'paused'
  | 'quarantined';

export interface StandingFacts {
  state: 'preview' | 'enabled' | 'paused';
  quarantined: boolean;
  /** Whether a complete roster has ever arrived. */
  hasRoster: boolean;
  /** The newest run of the profile. */
  lastRun: { state: string; held: number; failed: number; problems: number } | undefined;
}

/** A person's decision takes precedence over what runs found, and what waits for a person over what is merely wrong. */
export function standingOf({ state, quarantined, hasRoster, lastRun }: StandingFacts): Standing {
  if (state === 'paused') return 'paused';
  if (state === 'enabled' && quarantined) return 'quarantined';
  if (!hasRoster || lastRun === undefined) return 'setting up';
  if (lastRun.state === 'failed') return 'failing';
  if (state === 'preview') return 'preview';
  // After the profile was enabled, before its first writing run.
  if (lastRun.state === 'running' || lastRun.state === 'preview') return 'in progress';
  // Ended by a person, or by a change of the profile or a link: the next run does the rest.
  if (lastRun.state === 'paused' || lastRun.state === 'replaced' || lastRun.state === 'cancelled') return 'in progress';
  if (lastRun.held > 0) return 'held';
  return lastRun.problems + lastRun.failed > 0 ? 'success with errors' : 'success';
}

export interface Quarantine {
  code: ErrorCode;
  message: string;
  action: string;
  /** ISO 8601, UTC. */
  since: string;
}

export interface RunOutcome {
  state: string;
  problems: number;
  /** Why it failed. */
  error: { message: string; retry: RetryClass } | undefined;
}

/** Consecutive runs that failed for a reason that only a person can fix. */
export interface Failing {
  count: number;
  /** When the first of them began, ISO 8601. */
  since: string | undefined;
}

/** Whether it ends as soon as a run completes: what failed works again. */
export function endsByItself({ code }: Quarantine): boolean {
  return code === 'QUARANTINED_BY_FAILURES';
}

/**
 * Whether a profile has to stop writing. The duration matters, because edits alone cause many runs within minutes.
 *
 * @param last the newest run @param failing up to it, since a person last let the profile write
 */
export function quarantineFor(
  { quarantine: limits }: GuardSettings,
  last: RunOutcome | undefined,
  failing: Failing,
  { tenant, profile, now }: { tenant: string; profile: string; now: string },
): Quarantine | undefined {
  if (last === undefined) return undefined;
  const quarantined = ({ code, message, action }: ReturnType<typeof fail>) => ({ code, message, action, since: now });
  if (last.state === 'errors' && last.problems > limits.problems) {
    const { problems: count } = last;
    return quarantined(fail('QUARANTINED_BY_PROBLEMS', { profile, tenant, count, limit: limits.problems }));
  }
  const { count: failures, since = now } = failing;
  const hours = (Date.parse(now) - Date.parse(since)) / 3_600_000;
  if (failures === 0 || failures < limits.failures || hours < limits.hours) return undefined;
  const reason = last.error?.message.replace(/\.$/, '') ?? '';
  return quarantined(fail('QUARANTINED_BY_FAILURES', { profile, tenant, count: failures, since, reason }));
}
