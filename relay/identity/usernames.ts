/** The part before the @ of an account that Hallpass creates: PowerSchool's user name, or a pattern of other values. */
import { describeValue, showInvisible } from '../../shared/invisible.ts';
import { type Person, personProperties } from '../model/person.ts';
import type { UsernameRule } from '../profile/accounts.ts';
import { fillPattern, type Pattern, parsePattern, requiredValues } from '../profile/pattern.ts';
import { foreignness, transliterate } from './transliterate.ts';

/** Or what prevents it: a missing value, or a name that no account can have. */
export type LocalPart =
  | { localPart: string }
  | { missing: string }
  | { value: string; reason: string }
  | { source: string; foreign: string; reason: string };

/** @param domain of the role, which PowerSchool's user name may already have at its end */
export function localPartMaker(rule: UsernameRule, domain: string): (person: Person) => LocalPart {
  if (rule === 'username') return (person) => fromUsername(person, domain);
  const pattern = parsePattern(rule.pattern);
  return (person) => fromPattern(person, pattern, rule.maxLength);
}

function fromUsername({ username }: Person, domain: string): LocalPart {
  if (username === undefined) return { missing: 'username' };
  const localPart = withoutDomain(username, domain);
  const reason = invalidLocalPart(localPart);
  return reason === undefined ? { localPart } : { value: describeValue(username), reason };
}

/** Lower case without accents; removes signs at the ends and doubled dots, which empty values leave. */
function fromPattern(person: Person, pattern: Pattern, maxLength: number): LocalPart {
  const missing = requiredValues(pattern).find((name) => valueFor(person, name) === undefined);
  if (missing !== undefined) return { missing };
  let foreign: { source: string; foreign: string } | undefined;
  const filled = fillPattern(pattern, (name) => {
    const value = valueFor(person, name);
    if (value === undefined) return undefined;
    const plain = transliterate(value);
    if (plain === undefined) foreign ??= { source: name, foreign: value };
    return plain;
  });
  if (foreign !== undefined) return { ...foreign, reason: foreignness(foreign.foreign) };
  const localPart = cutName(filled.toLowerCase().replace(/\.{2,}/g, '.'), maxLength);
  const reason = invalidLocalPart(localPart);
  return reason === undefined ? { localPart } : { value: filled, reason };
}

/** The name with a number at its end, within the length. */
export function numberedName(localPart: string, number: number, maxLength: number): string {
  return `${cutName(localPart, maxLength - String(number).length)}${number}`;
}

function cutName(name: string, length: number): string {
  return name
    .replace(/^[._-]+/, '')
    .slice(0, length)
    .replace(/[._-]+$/, '');
}

function valueFor(person: Person, name: string): string | undefined {
  if (name === 'username') return person.username?.split('@')[0] || undefined;
  const key = personProperties(person.role).find((property) => property.name === name)?.key;
  return key && person[key];
}

/** Removes the domain from the end of a user name. */
export function withoutDomain(username: string, domain: string): string {
  return username.toLowerCase().endsWith(`@${domain}`) ? username.slice(0, -domain.length - 1) : username;
}

/**
 * Why this cannot be the part before the @ of a userPrincipalName; undefined when it can. Letters, digits and ' . - _ !
 * # ^ ~, no accents, at most 64 characters, no dot at the end (Entra: user name policies).
 */
export function invalidLocalPart(localPart: string): string | undefined {
  if (localPart.length === 0) return 'it is empty';
  if (localPart.length > 64) return 'it has more than 64 characters';
  const bad = /[^A-Za-z0-9'.\-_!#^~]/u.exec(localPart)?.[0];
  if (bad !== undefined) return bad === ' ' ? 'it has a space in it' : `it contains "${showInvisible(bad)}"`;
  return localPart.endsWith('.') ? 'it ends in a dot' : undefined;
}
