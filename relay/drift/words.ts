/** Differences in words, for people. */
import type { Membership } from '../model/applied-state.ts';
import { objectOf } from '../model/keys.ts';
import { type Drift, linkOf, type Verdict } from './ledger.ts';

/** What a membership is of. */
export const nounOf: Record<Membership, string> = {
  member: 'member',
  owner: 'owner',
  schoolUser: 'person',
  schoolClass: 'class',
};

/** What somebody did, as a sentence without its object and full stop. */
export function sentenceOf({ kind, object, item, ours, theirs }: Drift): string {
  const link = () => {
    const { relation, linked } = linkOf(item);
    return `${nounOf[relation]} ${linked}`;
  };
  switch (kind) {
    case 'missing':
      return `somebody removed the ${link()} from the ${objectOf(object).kind}`;
    case 'foreign':
      return `somebody added the ${link()} to the ${objectOf(object).kind}`;
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
