/** Which account belongs to whom, and why. */
import type { PersonKey } from './person-key.ts';
import type { Role } from './role.ts';

/**
 * For accounts that Hallpass created in a period that its database does not cover because an older one was restored:
 * their first passwords are unknown.
 */
export const recovered = 'recovered';

/**
 * For accounts that, according to their stamp, Hallpass created or adopted before it lost the whole database. It is
 * unknown which of their first passwords were exported.
 */
export const readopted = 'found by own stamp';

/**
 * For other accounts that were linked before the database was lost: the profile matches people and creates no accounts.
 */
export const foundByStamp = 'matched before, by own stamp';

/** Rules that mean that the account is one of Hallpass's own. */
export const rulesOfOurs = ['created', 'adopted', recovered, readopted] as const;

export interface Link {
  role: Role;
  personId: string;
  objectId: string;
  /** The identity rule in words, one of those above, or `manual by NAME`. */
  rule: string;
  /** Person key of the previous holder. */
  former?: PersonKey | undefined;
}

/** Whether Hallpass created the account, including before it lost its database. */
export function isOfOurs({ rule }: Pick<Link, 'rule'>): boolean {
  return (rulesOfOurs as readonly string[]).includes(rule);
}

/** The beginning of the rule of links made by hand: they are replaced only by hand. */
export const byHand = 'manual by ';

export function isByHand({ rule }: Pick<Link, 'rule'>): boolean {
  return rule.startsWith(byHand);
}

export type LinkedPerson = Pick<Link, 'role' | 'personId'>;
