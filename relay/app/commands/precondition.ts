/** Checks that something is still as the client that changes it last saw it (RFC 9110, section 13). */
import { hash } from 'node:crypto';
import { fail } from '../../../shared/errors.ts';
import type { Profile } from '../../profile/profile.ts';
import type { RelaySettings } from '../../settings/settings.ts';

export interface Precondition {
  /** Requires one of these versions; `*` requires any version. */
  match?: '*' | readonly string[] | undefined;
  /** Requires none of these; `*` requires that nothing exists. */
  noneMatch?: '*' | readonly string[] | undefined;
  /** Whether an existing thing may be changed only by a client that names the version it saw. */
  isNeeded: boolean;
}

/** Changes with every change of the profile, including its state, or of the settings. */
export function versionOf(thing: Profile | RelaySettings): string {
  return hash('sha256', JSON.stringify(thing), 'hex').slice(0, 32);
}

/** @throws HallpassError PRECONDITION_FAILED, PRECONDITION_MISSING */
export function needPrecondition(precondition: Precondition, name: string, current: Profile | undefined): void {
  if (!isMet(precondition, current)) {
    throw fail('PRECONDITION_FAILED', { what: `The profile "${name}" is`, again: 'the profile' });
  }
  const { match, isNeeded } = precondition;
  if (isNeeded && match === undefined && current !== undefined) throw fail('PRECONDITION_MISSING', { profile: name });
}

/** @throws HallpassError PRECONDITION_FAILED */
export function needSettings(precondition: Precondition, current: RelaySettings): void {
  if (isMet(precondition, current)) return;
  throw fail('PRECONDITION_FAILED', { what: 'The settings are', again: 'the settings' });
}

function isMet({ match, noneMatch }: Precondition, current: Profile | RelaySettings | undefined): boolean {
  const version = current === undefined ? undefined : versionOf(current);
  const isAmong = (versions: '*' | readonly string[]) =>
    version !== undefined && (versions === '*' || versions.includes(version));
  return (match === undefined || isAmong(match)) && (noneMatch === undefined || !isAmong(noneMatch));
}
