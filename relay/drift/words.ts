/** Differences in words, for people. */
import type { Membership } from '../model/applied-state.ts';
import { type ObjectParts, objectOf } from '../model/keys.ts';
import { type Drift, membershipOf, type Verdict } from './ledger.ts';

/** What a membership is of. */
export const nounOf: Record<Membership, string> = {
  member: 'member',
  owner: 'owner',
  schoolUser: 'person',
  schoolClass: 'class',
  groupMember: 'member',
};

/** What an object is. */
export const wordOf: Record<ObjectParts['kind'], string> = {
  class: 'class',
  school: 'school',
  group: 'security group',
  user: 'account',
};

/** What someone did, as a sentence without its object and period. */
export function sentenceOf({ kind, object, item, ours, theirs }: Drift): string {
  const membership = () => {
    const { relation, target } = membershipOf(item);
    return `${nounOf[relation]} ${target}`;
  };
  switch (kind) {
    case 'missing':
      return `somebody removed the ${membership()} from the ${wordOf[objectOf(object).kind]}`;
    case 'foreign':
      return `somebody added the ${membership()} to the ${wordOf[objectOf(object).kind]}`;
    case 'changed':
      return `somebody changed ${item}: ${JSON.stringify(ours)} → ${JSON.stringify(theirs)}`;
    case 'deleted':
      return `somebody deleted it (${item})`;
  }
}

const outcomes: Record<Verdict, string> = {
  waiting: 'waiting for confirmation',
  kept: 'kept',
  reported: 'reported',
  contended: 'contended',
  repaired: 'repaired',
};

export function outcomeOf({ state, verdict }: Pick<Drift, 'state' | 'verdict'>): string {
  return state === 'repairing' ? 'being repaired' : outcomes[verdict];
}
