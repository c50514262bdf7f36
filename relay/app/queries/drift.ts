/** What people changed in Microsoft 365 by hand, as the last comparison found it. */
import { z } from 'zod';
import type { Drift } from '../../drift/ledger.ts';
import { outcomeOf } from '../../drift/words.ts';
import { personKey } from '../../model/person-key.ts';
import { readDeletedAccounts } from '../../store/accounts/deleted-accounts.ts';
import { readDrift, readReadings } from '../../store/drift/drift.ts';
import { readProblems } from '../../store/runs/problems.ts';
import type { TenantScope } from '../../store/store.ts';
import { jsonCell, moment, type Table } from './fields.ts';

export const driftAnswer = z.object({
  comparedAt: moment.nullable(),
  differences: z.array(
    z.object({
      kind: z.string(),
      object: z.string(),
      item: z.string(),
      ours: z.unknown().optional(),
      theirs: z.unknown().optional(),
      state: z.string(),
      verdict: z.string(),
      repairs: z.int(),
      firstAt: moment,
      lastAt: moment,
    }),
  ),
});

export interface DriftNow {
  /** ISO 8601; null before the first comparison. */
  comparedAt: string | null;
  differences: Drift[];
  /** How many more there are that need no attention. */
  hidden: number;
}

/** @param all include what the profile says to keep, and what has been repaired */
export async function driftNow(scope: TenantScope, all: boolean): Promise<DriftNow> {
  const comparedAt = (await readReadings(scope)).get('groups')?.readAt ?? null;
  const drifts = [...(await readDrift(scope)), ...(await deletedAccounts(scope))];
  const differences = drifts.filter(({ state, verdict }) => all || (state !== 'repaired' && verdict !== 'kept'));
  return { comparedAt, differences, hidden: drifts.length - differences.length };
}

/** Deleted accounts are not created again: each is decided separately, see relay/sync/deleted-accounts.ts. */
async function deletedAccounts(scope: TenantScope): Promise<Drift[]> {
  const deleted = await readDeletedAccounts(scope);
  if (deleted.length === 0) return [];
  const reported = new Set((await readProblems(scope)).map(({ code, subject }) => `${code} ${subject}`));
  return deleted.flatMap(({ role, personId, objectId, deletedAt }) => {
    const object = personKey(role, personId);
    if (!reported.has(`AccountDeletedByHand ${object}`)) return [];
    const seen = { firstAt: deletedAt, lastAt: deletedAt, repairs: 0 };
    return [{ kind: 'deleted', object, item: objectId, state: 'open', verdict: 'reported', ...seen }];
  });
}

export function describeDrift({ comparedAt, differences }: DriftNow): z.infer<typeof driftAnswer> {
  return { comparedAt, differences };
}

export const driftTable: Table<Drift> = {
  headings: ['object', 'difference', 'what', 'ours', 'theirs', 'outcome', 'repairs', 'since', 'last'],
  lines({ object, kind, item, ours, theirs, repairs, firstAt, lastAt, ...drift }) {
    return [[object, kind, item, jsonCell(ours), jsonCell(theirs), outcomeOf(drift), String(repairs), firstAt, lastAt]];
  },
};
