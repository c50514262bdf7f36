/** What the guard holds, and the decisions about it. */
import { z } from 'zod';
import { guardRules } from '../../model/hold.ts';
import { operationKinds } from '../../operations/registry.ts';
import { readHolds, type StoredHold } from '../../store/guard/holds.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment } from './fields.ts';

/** What a guard rule considers too much in the current plan. */
export const foundHoldSchema = z.object({
  key: z.string(),
  kind: z.enum(operationKinds),
  schoolId: z.string(),
  rule: z.enum(guardRules),
  count: z.int(),
  there: z.int(),
  earlier: z.int(),
  reason: z.string(),
  effect: z.string(),
  sample: z.array(z.object({ key: z.string(), person: z.string().optional(), reason: z.string() })),
});

export const holdSchema = foundHoldSchema.extend({
  profile: z.string(),
  state: z.enum(['waiting', 'approved', 'rejected', 'expired']),
  firstSeen: moment,
  lastSeen: moment,
  expiresAt: moment.nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: moment.nullable(),
  decidedCount: z.int().nullable(),
  carriedOut: z.int(),
});

export const holdsAnswer = z.object({ holds: z.array(holdSchema) });

/** @param profile undefined for all of them */
export async function holdsNow(scope: TenantScope, profile: string | undefined): Promise<{ holds: StoredHold[] }> {
  return { holds: await readHolds(scope, profile) };
}
