/**
 * Answers to requests with an Idempotency-Key, kept as long as they may be repeated: a client that lost an answer repeats
 * the request and gets the same one, and nothing is done twice.
 */
import { sql } from 'kysely';
import { rowPlace } from '../engine/sql/dialect.ts';
import type { SystemScope, TenantScope } from '../store.ts';

/** How long an answer is kept, and how long an interrupted request blocks its repetition, milliseconds. */
const keptMs = 24 * 3_600_000;
const abandonedMs = 2 * 60_000;
/** Answers deleted in one transaction: a few milliseconds. */
const forgottenAtOnce = 100;

/** Identifies a request: token, key and content (both hashed). */
export interface KeyedRequest {
  tokenId: string;
  key: string;
  request: string;
}

interface KeptAnswer {
  status: number;
  /** Headers and body, sealed with a key derived from the request. */
  sealed: string;
}

export type Begun =
  | { state: 'new' }
  | { state: 'other' }
  | { state: 'under way'; retryAfterMs: number }
  | ({ state: 'answered' } & KeptAnswer);

/** Records that a request is in progress, unless it already was. */
export async function beginKeyed(
  scope: TenantScope,
  { tokenId, key, request }: KeyedRequest,
  now: Date,
): Promise<Begun> {
  const { db, tenantId } = scope;
  const known = await db
    .selectFrom('kept_answer')
    .select(['request', 'begun_at', 'status', 'sealed'])
    .where('tenant_id', '=', tenantId)
    .where('token_id', '=', tokenId)
    .where('key', '=', key)
    .where('begun_at', '>=', oldest(now))
    .executeTakeFirst();
  if (known !== undefined && known.request !== request) return { state: 'other' };
  if (known !== undefined && known.status !== null) {
    return { state: 'answered', status: known.status, sealed: known.sealed ?? '' };
  }
  const waitedMs = known === undefined ? abandonedMs : now.getTime() - Date.parse(known.begun_at);
  if (waitedMs >= 0 && waitedMs < abandonedMs) return { state: 'under way', retryAfterMs: 5000 };
  const row = { request, begun_at: now.toISOString(), status: null, sealed: null };
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
  answer: KeptAnswer,
): Promise<void> {
  await db
    .updateTable('kept_answer')
    .set(answer)
    .where('tenant_id', '=', tenantId)
    .where('token_id', '=', tokenId)
    .where('key', '=', key)
    .execute();
}

/**
 * Of all districts: none need wait for its own next request to be rid of them. So many at a time: what is deleted is overwritten, and an
 * answer may be megabytes.
 *
 * @returns whether there is more to forget
 */
export async function forgetOldAnswers({ db }: SystemScope, now: Date, most = forgottenAtOnce): Promise<boolean> {
  const place = rowPlace(db);
  const old = db.selectFrom('kept_answer').where('begun_at', '<', oldest(now)).select(sql`${place}`.as('place'));
  const { numDeletedRows } = await db
    .deleteFrom('kept_answer')
    .where(sql`${place}`, 'in', old.limit(most))
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) === most;
}

function oldest(now: Date): string {
  return new Date(now.getTime() - keptMs).toISOString();
}

/** After a temporary failure, the request may be retried with the same key. */
export async function forgetKeyed({ db, tenantId }: TenantScope, { tokenId, key }: KeyedRequest): Promise<void> {
  await db
    .deleteFrom('kept_answer')
    .where('tenant_id', '=', tenantId)
    .where('token_id', '=', tokenId)
    .where('key', '=', key)
    .execute();
}
