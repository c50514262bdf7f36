/** Differences that end without a new reading of the directory: our own writes, and time, end them too. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { objectsOf, recordedIn } from '../model/applied-state.ts';
import { objectOf } from '../model/keys.ts';
import { accountNamedBy, isAccountKey } from '../model/person-key.ts';
import type { Known } from './compare.ts';
import { type Drift, type DriftLedger, membershipOf } from './ledger.ts';

/** How long a repair is remembered: School Data Sync, or a nightly script, returns within a day or two. */
const rememberMs = 7 * 86_400_000;

/** @param now ISO 8601 */
export function tidy(ledger: DriftLedger, known: Known, now: string): void {
  for (const drift of [...ledger.values()]) {
    const isOld = Date.parse(now) - Date.parse(drift.lastAt) > rememberMs;
    const holder = newHolder(drift, known);
    if (holder !== undefined) {
      ledger.forget(drift);
      const renamed = { ...drift, item: `${membershipOf(drift.item).relation}:${holder}` };
      if (!isRecorded(renamed, known)) ledger.differs(renamed);
    } else if (drift.state === 'open') {
      if (!stillDiffers(drift, known)) ledger.forget(drift);
    } else if (drift.state === 'repaired') {
      if (isOld) ledger.forget(drift);
    } else if (isAppliedAgain(drift, known)) {
      // Until then it stays, however long a person takes to decide: if forgotten, it would be an ordinary addition.
      ledger.set(drift, { state: 'repaired', lastAt: now });
    }
  }
}

function stillDiffers(drift: Drift, known: Known): boolean {
  switch (drift.kind) {
    case 'missing':
      return isRecorded(drift, known);
    case 'foreign':
      return !isRecorded(drift, known);
    case 'changed':
      return isDeepStrictEqual(recordedValue(drift, known), drift.ours);
    case 'deleted':
      return objectIdOf(drift, known) === drift.item;
  }
}

/** The plan has been carried out: what was corrected is right now. */
function isAppliedAgain(drift: Drift, known: Known): boolean {
  switch (drift.kind) {
    case 'missing':
      return isRecorded(drift, known);
    case 'foreign':
      return !isRecorded(drift, known);
    case 'changed':
      return !isDeepStrictEqual(recordedValue(drift, known), drift.theirs);
    case 'deleted':
      return objectIdOf(drift, known) !== undefined;
  }
}

function isRecorded({ object, item }: Drift, { applied }: Known): boolean {
  const { relation, target } = membershipOf(item);
  return recordedIn(applied, relation, objectOf(object).key).has(target);
}

/** The person whose account it has become, for an account that belonged to nobody in the roster before. */
function newHolder({ kind, item }: Drift, { taken }: Known): string | undefined {
  if (kind !== 'foreign') return undefined;
  const { target } = membershipOf(item);
  return isAccountKey(target) ? taken.get(accountNamedBy(target)) : undefined;
}

function recordedValue({ object, item }: Drift, known: Known) {
  const { kind, key } = objectOf(object);
  return objectsOf(known.applied, kind).get(key)?.body[item];
}

function objectIdOf({ object }: Drift, known: Known): string | undefined {
  const { kind, key } = objectOf(object);
  return objectsOf(known.applied, kind).get(key)?.objectId;
}
