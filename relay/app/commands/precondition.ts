/** That something is still as somebody saw it who changes it now (RFC 9110, section 13). */
import { hash } from 'node:crypto';
import { fail } from '../../../shared/errors.ts';
import type { Profile } from '../../profile/profile.ts';

export interface Precondition {
  /** One of these versions; `*` for any that there is. */
  match?: '*' | readonly string[] | undefined;
  /** None of these; `*` for nothing at all. */
  noneMatch?: '*' | readonly string[] | undefined;
  /** Whether what is there may be changed only by somebody who says which version they saw. */
  isNeeded: boolean;
}

/** Changes with every change of the profile, its state included. */
export function versionOf(profile: Profile): string {
  return hash('sha256', JSON.stringify(profile), 'hex').slice(0, 32);
}

/** @throws HallpassError PRECONDITION_FAILED, PRECONDITION_MISSING */
export function needPrecondition(
  { match, noneMatch, isNeeded }: Precondition,
  name: string,
  current: Profile | undefined,
): void {
  const version = current === undefined ? undefined : versionOf(current);
  const isAmong = (versions: '*' | readonly string[]) =>
    version !== undefined && (versions === '*' || versions.includes(version));
  if (match !== undefined && !isAmong(match))
    throw fail('PRECONDITION_FAILED', { what: `The profile "${name}" is`, again: 'the profile' });
  if (noneMatch !== undefined && isAmong(noneMatch))
    throw fail('PRECONDITION_FAILED', { what: `The profile "${name}" is`, again: 'the profile' });
  if (isNeeded && match === undefined && current !== undefined) throw fail('PRECONDITION_MISSING', { profile: name });
}
