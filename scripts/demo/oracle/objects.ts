/** The properties of one object: those that are expected, and no others. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Bag } from './actual.ts';

export type Say = (difference: string) => void;

/** What Microsoft 365 keeps by itself, and what compare.ts looks at by name. */
const own = {
  school: ['users', 'classes'],
  user: [
    ...['userPrincipalName', 'mailNickname', 'accountEnabled', 'userType', 'schools', 'licenses', 'assignedLicenses'],
    ...['signInSessionsValidFromDateTime', 'refreshTokensValidFromDateTime'],
  ],
  class: [
    ...['visibility', 'groupTypes', 'mailEnabled', 'securityEnabled', 'mail', 'proxyAddresses', 'creationOptions'],
    ...['resourceProvisioningOptions', 'isArchived', 'isMembershipLimitedToOwners', 'hasStudents'],
    ...['members', 'owners', 'schools'],
  ],
} as const;

const ownOfAll = ['id', 'createdBy', 'createdDateTime'];

/**
 * Nothing is missing, and nothing was written that nobody asked for.
 *
 * @param expected what must be there; then what may be there because it was there before
 */
export function compareObject(
  kind: keyof typeof own,
  what: string,
  [expected, ...before]: readonly [Bag, ...Bag[]],
  actual: Bag,
  say: Say,
): void {
  compareProperties(what, expected, actual, say);
  const names = new Set<string>([...ownOfAll, ...own[kind]]);
  // Microsoft's own name for the property of classes: extension_<id>_Education_ObjectType.
  const rest = Object.entries(actual).filter(([name]) => !names.has(name) && !name.startsWith('extension_'));
  reportSurplus(what, [expected, ...before], Object.fromEntries(rest), say);
}

function reportSurplus(what: string, known: readonly Bag[], actual: Bag, say: Say): void {
  for (const [name, value] of Object.entries(actual)) {
    const there = known.map((one) => one[name]).filter((one) => one !== undefined);
    if (isBag(value)) reportSurplus(`${what}: ${name}`, there.filter(isBag), value, say);
    else if (there.length === 0 && !isEmpty(value)) say(`${what}: ${name} is ${shown(value)}, and nothing asks for it`);
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** What is expected is there. */
export function compareProperties(what: string, expected: Bag, actual: Bag, say: Say): void {
  for (const [name, value] of Object.entries(expected)) {
    const there = actual[name];
    if (value === null) {
      if (there !== undefined && there !== null) say(`${what}: ${name} is ${shown(there)}, and should not be there`);
    } else if (isBag(value) && (isBag(there) || Object.values(value).every((one) => one === null))) {
      compareProperties(`${what}: ${name}`, value, isBag(there) ? there : {}, say);
    } else if (!isDeepStrictEqual(there, value)) {
      say(`${what}: ${name} is ${shown(there)}, not ${shown(value)}`);
    }
  }
}

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
