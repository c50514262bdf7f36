/** A tenant's holds, and what people decided about them. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { covered, guardRules, type HoldRecord, type HoldSample, type HoldState, isOpen } from '../../model/hold.ts';
import { asOperationKey, asSchoolId } from '../../model/keys.ts';
import { asMemberKey } from '../../model/person-key.ts';
import { operationKinds } from '../../operations/registry.ts';
import { slices } from '../engine/slices.ts';
import { oneOf, readJson, readKey } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

export type StoredHold = HoldRecord & { profile: string };

const storedSample: z.ZodType<HoldSample[]> = z.array(
  z.object({
    key: z.string().transform(asOperationKey),
    person: z.string().transform(asMemberKey).exactOptional(),
    reason: z.string(),
  }),
);

/** The holds of one profile, or of all; the oldest first. */
export async function readHolds({ db, tenantId }: TenantScope, profile?: string): Promise<StoredHold[]> {
  const rows = await db
    .selectFrom('hold')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(profile !== undefined, (query) => query.where('profile', '=', profile ?? ''))
    .orderBy('first_seen')
    .orderBy('key')
    .orderBy('profile')
    .execute();
  return rows.map((row) => ({
    profile: row.profile,
    key: row.key,
    kind: readKey(oneOf(operationKinds), row.kind, 'hold', row.key),
    schoolId: readKey(asSchoolId, row.school_id, 'hold', row.key),
    rule: readKey(oneOf(guardRules), row.rule, 'hold', row.key),
    count: row.count,
    there: row.there,
    earlier: row.earlier,
    reason: row.reason,
    effect: row.effect,
    sample: readJson(storedSample, row.sample, 'hold', row.key),
    state: row.state,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    expiresAt: row.expires_at,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    decidedCount: row.decided_count,
    carriedOut: row.carried_out,
  }));
}

/** Replaces the holds of a profile: one that is missing has lost its cause and is deleted. */
export async function replaceHolds(scope: TenantScope, profile: string, records: readonly HoldRecord[]): Promise<void> {
  const { db, tenantId } = scope;
  await db.deleteFrom('hold').where('tenant_id', '=', tenantId).where('profile', '=', profile).execute();
  const rows = records.map((record) => ({
    tenant_id: tenantId,
    profile,
    key: record.key,
    kind: record.kind,
    school_id: record.schoolId,
    rule: record.rule,
    count: record.count,
    there: record.there,
    earlier: record.earlier,
    reason: record.reason,
    effect: record.effect,
    sample: JSON.stringify(record.sample),
    state: record.state,
    first_seen: record.firstSeen,
    last_seen: record.lastSeen,
    expires_at: record.expiresAt,
    decided_by: record.decidedBy,
    decided_at: record.decidedAt,
    decided_count: record.decidedCount,
    carried_out: record.carriedOut,
  }));
  for (const part of slices(rows)) await db.insertInto('hold').values(part).execute();
}

export interface Decision {
  state: Extract<HoldState, 'approved' | 'rejected'>;
  by: string;
  /** How many operations an approval covers; by default, as many as the hold has now. */
  limit?: number;
  /** ISO 8601: when an approval ends. */
  until: string | null;
}

/** Selects holds. */
export interface HoldChoice {
  /** Undefined for every undecided hold. */
  key?: string | undefined;
  /** Undefined for every profile. */
  profile?: string | undefined;
}

/**
 * Decides about holds.
 *
 * @returns the holds after the decision
 * @throws HallpassError HOLD_UNKNOWN, HOLD_AMBIGUOUS, HOLD_NOT_COVERED; nothing is decided then
 */
export async function decideHolds(
  scope: TenantScope,
  { key, profile }: HoldChoice,
  decision: Decision,
  now: string,
): Promise<StoredHold[]> {
  const { state, by, limit, until } = decision;
  const all = await readHolds(scope, profile);
  const concerned = all.filter((hold) => (key === undefined ? isOpen(hold) : hold.key === key));
  if (key !== undefined && concerned.length === 0) throw fail('HOLD_UNKNOWN', { hold: key });
  if (key !== undefined && concerned.length > 1) {
    throw fail('HOLD_AMBIGUOUS', { hold: key, profiles: concerned.map((hold) => hold.profile).join(', ') });
  }
  for (const { key: held, count } of concerned) {
    if (limit !== undefined && count > covered(limit)) throw fail('HOLD_NOT_COVERED', { hold: held, count, limit });
  }
  const decided = concerned.map((hold) => ({
    ...hold,
    state,
    expiresAt: until,
    decidedBy: by,
    decidedAt: now,
    decidedCount: limit ?? hold.count,
    carriedOut: 0,
  }));
  for (const hold of decided) {
    await scope.db
      .updateTable('hold')
      .set({
        state,
        expires_at: hold.expiresAt,
        decided_by: hold.decidedBy,
        decided_at: hold.decidedAt,
        decided_count: hold.decidedCount,
        carried_out: hold.carriedOut,
      })
      .where('tenant_id', '=', scope.tenantId)
      .where('profile', '=', hold.profile)
      .where('key', '=', hold.key)
      .execute();
  }
  return decided;
}

/** Counts operations carried out under approvals. Call it in the transaction that records them as done. */
export async function noteCarriedOut(
  { db, tenantId }: TenantScope,
  approvals: readonly { profile: string; hold: string; count: number }[],
): Promise<void> {
  for (const { profile, hold, count } of approvals) {
    await db
      .updateTable('hold')
      .set(({ eb }) => ({ carried_out: eb('carried_out', '+', count) }))
      .where('tenant_id', '=', tenantId)
      .where('profile', '=', profile)
      .where('key', '=', hold)
      .where('state', '=', 'approved')
      .execute();
  }
}

/**
 * Ends completed approvals, so they cover nothing later.
 *
 * @param approved key and time of each decision; a hold decided again meanwhile stays
 */
export async function endApprovals(
  { db, tenantId }: TenantScope,
  profile: string,
  approved: readonly Pick<HoldRecord, 'key' | 'decidedAt'>[],
): Promise<void> {
  for (const { key, decidedAt } of approved) {
    await db
      .deleteFrom('hold')
      .where('tenant_id', '=', tenantId)
      .where('profile', '=', profile)
      .where('key', '=', key)
      .where('state', '=', 'approved')
      .where('decided_at', '=', decidedAt)
      .execute();
  }
}
