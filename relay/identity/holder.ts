/**
 * Who already has an account, and when someone else may get it instead: people leave PowerSchool and return under a new
 * record, and one person may be in it twice. An account is handed over only if nothing known contradicts that both
 * records are the same person.
 */
import { fold } from '../../shared/invisible.ts';
import type { Person } from '../model/person.ts';
import type { PersonKey } from '../model/person-key.ts';

/** What is known about a person besides their record: what Hallpass wrote to their account. */
export interface KnownFacts {
  number?: string | undefined;
  givenName?: string | undefined;
  surname?: string | undefined;
}

export interface Holder {
  /** Person key. */
  subject: PersonKey;
  /** The person as in PowerSchool; undefined for a former person. */
  person: Person | undefined;
  /** Whether someone linked the account by hand. */
  byHand: boolean;
  facts: KnownFacts;
}

/** Accounts that belong to someone. */
export interface Holders {
  holderOf(objectId: string): Holder | undefined;
}

export const nobodyHolds: Holders = { holderOf: () => undefined };

/** An account that moves from one record to another. */
export interface Handover {
  /** Person key of the previous holder. */
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

/**
 * Which facts about two people are known to be equal, and which to differ. Numbers of different roles are not
 * comparable.
 */
export function compareFacts(facts: KnownFacts, person: KnownFacts, sameRole: boolean): Comparison {
  const comparison: Comparison = { agrees: [], differs: [] };
  for (const name of ['number', 'givenName', 'surname'] as const) {
    const [left, right] = [facts[name], person[name]];
    if (left === undefined || right === undefined || (name === 'number' && !sameRole)) continue;
    (fold(left) === fold(right) ? comparison.agrees : comparison.differs).push(name);
  }
  return comparison;
}

/** Names that two records share only in part may still be one person's; two different names mean another person. */
export function areTwoPeople(one: KnownFacts, other: KnownFacts): boolean {
  const { differs } = compareFacts(one, other, false);
  return differs.includes('givenName') && differs.includes('surname');
}

/**
 * Why a former person still keeps the account; undefined when it can be handed over to the person who claims it.
 *
 * @param needed facts of which one must agree; empty if only a difference prevents it
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
