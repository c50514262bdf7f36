/**
 * Who has an account already, and when somebody else may have it instead: people leave PowerSchool and come back under a new
 * record, and one person may be in it twice. An account is handed over only where nothing that is known speaks against its
 * being the same person.
 */
import { fold } from '../../shared/invisible.ts';
import type { Person } from '../model/person.ts';
import type { PersonKey } from '../model/person-key.ts';

/** What is known of somebody besides their record: what Hallpass wrote to their account. */
export interface KnownFacts {
  number?: string | undefined;
  givenName?: string | undefined;
  surname?: string | undefined;
}

export interface Holder {
  /** Person key. */
  subject: PersonKey;
  /** The person as PowerSchool has them; undefined for somebody who is gone from it. */
  person: Person | undefined;
  /** Whether somebody gave them the account by hand. */
  byHand: boolean;
  facts: KnownFacts;
}

/** Accounts that belong to somebody. */
export interface Holders {
  holderOf(objectId: string): Holder | undefined;
}

export const nobodyHolds: Holders = { holderOf: () => undefined };

/** An account that goes from one record to another. */
export interface Handover {
  /** Person key of the one who had it. */
  from: PersonKey;
  /** Why, as the reason of an operation. */
  reason: string;
}

interface Comparison {
  agrees: (keyof KnownFacts)[];
  differs: (keyof KnownFacts)[];
}

const words: Record<keyof KnownFacts, string> = {
  number: 'the number',
  givenName: 'the given name',
  surname: 'the surname',
};

/** What of two people is known to be the same, and what is known not to be. Numbers of two roles are two things. */
export function compareFacts(facts: KnownFacts, person: KnownFacts, sameRole: boolean): Comparison {
  const comparison: Comparison = { agrees: [], differs: [] };
  for (const name of ['number', 'givenName', 'surname'] as const) {
    const [left, right] = [facts[name], person[name]];
    if (left === undefined || right === undefined || (name === 'number' && !sameRole)) continue;
    (fold(left) === fold(right) ? comparison.agrees : comparison.differs).push(name);
  }
  return comparison;
}

/** Names that two records have in common only in part may still be one person's; two other names are another person's. */
export function areTwoPeople(one: KnownFacts, other: KnownFacts): boolean {
  const { differs } = compareFacts(one, other, false);
  return differs.includes('givenName') && differs.includes('surname');
}

/**
 * Why somebody who is gone keeps the account all the same; undefined when it can be handed over to a person who claims it.
 *
 * @param needed facts of which one has to agree; empty where nothing but a difference keeps it
 */
export function reasonToKeep(
  { subject, byHand, facts }: Holder,
  person: Person,
  needed: readonly (keyof KnownFacts)[] = [],
): string | undefined {
  if (byHand) return 'somebody gave it to them by hand';
  const { agrees, differs } = compareFacts(facts, person, subject.startsWith(`${person.role}:`));
  if (differs.length > 0) return `${differs.map((name) => words[name]).join(' and ')} of the two differ`;
  if (needed.length > 0 && !needed.some((name) => agrees.includes(name))) {
    return `nothing shows that they are one person: ${needed.map((name) => words[name]).join(' or ')} would have to be the same`;
  }
  return undefined;
}
