/** Whose account is whose, and what gave it to them. */
import type { PersonKey } from './person-key.ts';
import type { Role } from './role.ts';

/**
 * Of accounts that Hallpass made in a time of which its database knows nothing, because an older one was restored: their first
 * passwords are not known.
 */
export const recovered = 'recovered';

/**
 * Of accounts that Hallpass, as its stamp says, made or took over before it lost the whole database. Which of their first passwords
 * were handed out is not known.
 */
export const readopted = 'found by own stamp';

/** Of accounts of others that were theirs before the database was lost: the profile matches people, and makes no accounts. */
export const foundByStamp = 'matched before, by own stamp';

/** Rules that say that the account is one of Hallpass's own. */
export const rulesOfOurs = ['created', 'adopted', recovered, readopted] as const;

export interface Link {
  role: Role;
  personId: string;
  objectId: string;
  /** The identity rule in words, one of those above, or `manual by NAME`. */
  rule: string;
  /** Person key of the one who had the account before. */
  former?: PersonKey | undefined;
}

/** Whether Hallpass made the account, or made it before it lost its database. */
export function isOfOurs({ rule }: Pick<Link, 'rule'>): boolean {
  return (rulesOfOurs as readonly string[]).includes(rule);
}

/** What links made by hand begin with: they are replaced by hand only. */
export const byHand = 'manual by ';

export function isByHand({ rule }: Pick<Link, 'rule'>): boolean {
  return rule.startsWith(byHand);
}

export type LinkedPerson = Pick<Link, 'role' | 'personId'>;
