/** Where a profile stands, in the words of School Data Sync's portal and a few of our own, and when it is quarantined. Pure. */
import type { RetryClass } from '../../shared/errors/entry.ts';
import { type ErrorCode, fail } from '../../shared/errors.ts';
import type { GuardSettings } from '../plan/guard-settings.ts';

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
  /** Whether a whole roster has ever come. */
  hasRoster: boolean;
  /** The newest run of the profile. */
  lastRun: { state: string; held: number; failed: number; problems: number } | undefined;
}

/** What a person decided goes before what runs found, and what waits for a person before what is merely wrong. */
export function standingOf({ state, quarantined, hasRoster, lastRun }: StandingFacts): Standing {
  if (state === 'paused') return 'paused';
  if (state === 'enabled' && quarantined) return 'quarantined';
  if (!hasRoster || lastRun === undefined) return 'setting up';
  if (lastRun.state === 'failed') return 'failing';
  if (state === 'preview') return 'preview';
  // After the profile was enabled, before its first run that writes.
  if (lastRun.state === 'running' || lastRun.state === 'preview') return 'in progress';
  // Ended by a person: the next run does the rest.
  if (lastRun.state === 'paused' || lastRun.state === 'cancelled') return 'in progress';
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

/**
 * Whether a profile has to stop writing until a person has looked at it.
 *
 * @param outcomes of the runs since a person last let it write, the newest first
 */
export function quarantineFor(
  { quarantine: limits }: GuardSettings,
  outcomes: readonly RunOutcome[],
  { tenant, profile, now }: { tenant: string; profile: string; now: string },
): Quarantine | undefined {
  const [last] = outcomes;
  if (last === undefined) return undefined;
  const quarantined = ({ code, message, action }: ReturnType<typeof fail>) => ({ code, message, action, since: now });
  if (last.state === 'errors' && last.problems > limits.problems) {
    const { problems: count } = last;
    return quarantined(fail('QUARANTINED_BY_PROBLEMS', { profile, tenant, count, limit: limits.problems }));
  }
  const mendable = outcomes.findIndex(({ error }) => error?.retry !== 'fix');
  const failures = mendable === -1 ? outcomes.length : mendable;
  if (failures < limits.failures) return undefined;
  const reason = last.error?.message.replace(/\.$/, '') ?? '';
  return quarantined(fail('QUARANTINED_BY_FAILURES', { profile, tenant, count: failures, reason }));
}
