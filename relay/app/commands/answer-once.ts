/**
 * Requests that are carried out once, however often they are sent. The first answer is kept for a day, sealed with a
 * key that only the client can derive: it comes from the token and the Idempotency-Key, and the database has only
 * hashes of both. So a copy of the database reveals no answer, and an answer that is shown only once can be repeated to
 * a client that lost it.
 */
import { hash, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { createVault, keyBytes, type Vault } from '../../secrets/vault.ts';
import { readJson } from '../../store/engine/stored-json.ts';
import { beginKeyed, forgetKeyed, type KeyedRequest, keepAnswer } from '../../store/tenants/kept-answers.ts';
import type { StoreContext } from '../perform.ts';

/** A complete answer. */
export interface WholeAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface RepeatableRequest {
  /** The district's id, or the relay's own. */
  tenantId: string;
  tokenId: string;
  /** The token itself. */
  token: string;
  /** The Idempotency-Key. */
  key: string;
  /** Everything that identifies a request as the same. */
  said: readonly (string | undefined)[];
}

/** Stores the answer before the data in it is deleted. */
export type Keep = (answer: WholeAnswer) => Promise<void>;

/**
 * Answers a request once; a repetition gets the same answer. A temporary failure may be retried under the same key.
 *
 * @param answer carries out the request
 * @throws HallpassError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_UNDER_WAY
 */
export async function answerOnce(
  { store, clock }: StoreContext,
  request: RepeatableRequest,
  answer: (keep: Keep) => Promise<WholeAnswer>,
): Promise<{ answer: WholeAnswer; isRepeated: boolean }> {
  const { tenantId } = request;
  const keyed: KeyedRequest = {
    tokenId: request.tokenId,
    key: hash('sha256', request.key, 'hex'),
    request: hash('sha256', JSON.stringify(request.said), 'hex'),
  };
  const purpose = `${tenantId}/${keyed.tokenId}/${keyed.key}`;
  const begun = await store.withTenant(tenantId, (scope) => beginKeyed(scope, keyed, new Date(clock.now())));
  switch (begun.state) {
    case 'other':
      throw fail('IDEMPOTENCY_KEY_REUSED', {});
    case 'under way':
      throw fail('IDEMPOTENCY_UNDER_WAY', {}, { retryAfterMs: begun.retryAfterMs });
    case 'answered': {
      const text = await vaultOf(request).open(begun.sealed, purpose);
      return { answer: { status: begun.status, ...readJson(kept, text, 'kept_answer', keyed.key) }, isRepeated: true };
    }
    case 'new':
      break;
  }
  let early: WholeAnswer | undefined;
  const keep = async (whole: WholeAnswer) => {
    early = whole;
    const { status, headers, body } = whole;
    const sealed = await vaultOf(request).seal(JSON.stringify({ headers, body }), purpose);
    await store.withTenant(tenantId, (scope) => keepAnswer(scope, keyed, { status, sealed }));
  };
  const forget = () => store.withTenant(tenantId, (scope) => forgetKeyed(scope, keyed));
  const made = await answer(keep).catch(async (error: unknown) => {
    await forget();
    throw error;
  });
  if (made.status >= 500 || made.status === 429) await forget();
  // One that is long takes ten milliseconds: not twice.
  else if (early?.status !== made.status || early.body !== made.body) await keep(made);
  return { answer: made, isRepeated: false };
}

const kept = z.object({ headers: z.record(z.string(), z.string()), body: z.string() });

/** HKDF (RFC 5869): the token's 256 random bits, with the key as salt. */
function vaultOf({ token, key }: RepeatableRequest): Vault {
  const made = Buffer.from(hkdfSync('sha256', token, key, 'hallpass kept answer', keyBytes));
  return createVault(async () => made, 'the token and Idempotency-Key');
}
