/**
 * What requests with an Idempotency-Key were answered, for as long as they may be repeated: a client that lost an answer asks again and
 * gets the same one, and nothing is done twice.
 */
import { z } from 'zod';
import { readJson } from '../engine/stored-json.ts';
import type { TenantScope } from '../store.ts';

const storedHeaders = z.record(z.string(), z.string());

/** How long an answer is kept, and how long a request that came to no end keeps others waiting, milliseconds. */
const keptMs = 24 * 3_600_000;
const abandonedMs = 2 * 60_000;

/** Which request: of a token, under a key, and what it said (hashes both). */
export interface KeyedRequest {
  tokenId: string;
  key: string;
  request: string;
}

export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  /** Null where it held a secret. */
  body: string | null;
}

export type Begun =
  | { state: 'new' }
  | { state: 'other' }
  | { state: 'under way'; retryAfterMs: number }
  | { state: 'answered'; answer: KeptAnswer };

/** Notes that a request is under way, unless it was before. */
export async function beginKeyed(
  scope: TenantScope,
  { tokenId, key, request }: KeyedRequest,
  now: Date,
): Promise<Begun> {
  const { db, tenantId } = scope;
  const oldest = new Date(now.getTime() - keptMs).toISOString();
  await db.deleteFrom('kept_answer').where('tenant_id', '=', tenantId).where('begun_at', '<', oldest).execute();
  const known = await db
    .selectFrom('kept_answer')
    .select(['request', 'begun_at', 'status', 'headers', 'body'])
    .where('tenant_id', '=', tenantId)
    .where('token_id', '=', tokenId)
    .where('key', '=', key)
    .executeTakeFirst();
  if (known !== undefined && known.request !== request) return { state: 'other' };
  if (known !== undefined && known.status !== null) {
    const headers = readJson(storedHeaders, known.headers ?? '{}', 'kept_answer', key);
    return { state: 'answered', answer: { status: known.status, headers, body: known.body } };
  }
  const waitedMs = known === undefined ? abandonedMs : now.getTime() - Date.parse(known.begun_at);
  if (waitedMs >= 0 && waitedMs < abandonedMs) return { state: 'under way', retryAfterMs: 5000 };
  const row = { request, begun_at: now.toISOString(), status: null, headers: null, body: null };
  await db
    .insertInto('kept_answer')
    .values({ tenant_id: tenantId, token_id: tokenId, key, ...row })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'token_id', 'key']).doUpdateSet(row))
    .execute();
  return { state: 'new' };
}

export async function keepAnswer(
  { db, tenantId }: TenantScope,
  { tokenId, key }: KeyedRequest,
  { status, headers, body }: KeptAnswer,
): Promise<void> {
  await db
    .updateTable('kept_answer')
    .set({ status, headers: JSON.stringify(headers), body })
    .where('tenant_id', '=', tenantId)
    .where('token_id', '=', tokenId)
    .where('key', '=', key)
    .execute();
}

/** What failed for a time may be tried again under its key. */
export async function forgetKeyed({ db, tenantId }: TenantScope, { tokenId, key }: KeyedRequest): Promise<void> {
  await db
    .deleteFrom('kept_answer')
    .where('tenant_id', '=', tenantId)
    .where('token_id', '=', tokenId)
    .where('key', '=', key)
    .execute();
}
