/** Tells the plan about people's changes: what it restores and why, and what it leaves alone. */
import { isDeepStrictEqual } from 'node:util';
import { type AppliedState, objectsOf, type RelationKey, recordedIn, uncertainKey } from '../model/applied-state.ts';
import { type ObjectKey, objectOf } from '../model/keys.ts';
import { type Drift, membershipOf } from './ledger.ts';

/** Replaces the marks of the applied state with those that follow from these differences. */
export function markDrift(applied: AppliedState, drifts: Iterable<Drift>): void {
  applied.drifted.clear();
  applied.absent.clear();
  applied.gone.clear();
  applied.renamed.clear();
  for (const drift of drifts) {
    if (drift.state === 'repairing' && isUndone(drift, applied)) applied.drifted.add(markOf(drift));
    const isLeft = drift.state === 'open' && drift.verdict !== 'waiting';
    if (isLeft && drift.kind === 'missing') applied.absent.add(relationOf(drift));
    if (isLeft && drift.kind === 'deleted') applied.gone.add(drift.object);
    const { kind, key } = objectOf(drift.object);
    const isName =
      drift.kind === 'changed' && kind === 'class' && drift.item === 'displayName' && drift.state === 'open';
    if (isName && typeof drift.theirs === 'string') applied.renamed.set(key, drift.theirs);
  }
}

function markOf({ kind, object, item }: Drift): RelationKey | ObjectKey {
  return kind === 'changed' || kind === 'deleted' ? object : relationOf({ object, item });
}

function relationOf({ object, item }: Pick<Drift, 'object' | 'item'>): RelationKey {
  const { relation, target } = membershipOf(item);
  return uncertainKey(relation, objectOf(object).key, target);
}

/** Whether the repair is still to be made: the applied state shows what someone else made of it. */
function isUndone({ kind, object, item, theirs }: Drift, applied: AppliedState): boolean {
  const { kind: what, key } = objectOf(object);
  const isRecorded = () => {
    const { relation, target } = membershipOf(item);
    return recordedIn(applied, relation, key).has(target);
  };
  switch (kind) {
    case 'missing':
      return !isRecorded();
    case 'foreign':
      return isRecorded();
    case 'changed':
      return isDeepStrictEqual(objectsOf(applied, what).get(key)?.body[item], theirs);
    case 'deleted':
      return !objectsOf(applied, what).has(key);
  }
}
