/** Requests that may be repeated: the Idempotency-Key of a POST that changes something. */
import { hash } from 'node:crypto';
import { fail } from '../../../shared/errors.ts';
import type { Store } from '../../store/store.ts';
import {
  beginKeyed,
  forgetKeyed,
  type KeptAnswer,
  type KeyedRequest,
  keepAnswer,
} from '../../store/tenants/kept-answers.ts';

/** An answer in full. */
export interface WholeAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Whether it holds what is shown once, and never kept. */
  isSecret: boolean;
}

/** @throws HallpassError IDEMPOTENCY_KEY_INVALID */
export function keyedRequest(
  { tokenId, key }: { tokenId: string; key: string },
  said: { method: string; url: string; body: string; ifMatch: string | undefined; note: string | undefined },
): KeyedRequest {
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw fail('IDEMPOTENCY_KEY_INVALID', { reason: 'it must be 1 to 255 printable characters without spaces' });
  }
  const request = hash('sha256', JSON.stringify([said.method, said.url, said.body, said.ifMatch, said.note]), 'hex');
  return { tokenId, key: hash('sha256', key, 'hex'), request };
}

/**
 * Answers a request once: repeated, it is answered what it was. What passes by itself may be tried again under the same key.
 *
 * @param answer carries it out
 * @throws HallpassError IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_UNDER_WAY, IDEMPOTENCY_ANSWER_SECRET
 */
export async function answerOnce(
  { store, tenantId, now }: { store: Store; tenantId: string; now: () => number },
  request: KeyedRequest,
  answer: () => Promise<WholeAnswer>,
): Promise<WholeAnswer> {
  const begun = await store.withTenant(tenantId, (scope) => beginKeyed(scope, request, new Date(now())));
  switch (begun.state) {
    case 'other':
      throw fail('IDEMPOTENCY_KEY_REUSED', {});
    case 'under way':
      throw fail('IDEMPOTENCY_UNDER_WAY', {}, { retryAfterMs: begun.retryAfterMs });
    case 'answered':
      return again(begun.answer);
    case 'new':
      break;
  }
  const made = await answer().catch(async (error: unknown) => {
    await store.withTenant(tenantId, (scope) => forgetKeyed(scope, request));
    throw error;
  });
  const { status, headers, body, isSecret } = made;
  await store.withTenant(tenantId, (scope) =>
    status >= 500 || status === 429
      ? forgetKeyed(scope, request)
      : keepAnswer(scope, request, { status, headers, body: isSecret ? null : body }),
  );
  return made;
}

function again({ status, headers, body }: KeptAnswer): WholeAnswer {
  if (body === null) throw fail('IDEMPOTENCY_ANSWER_SECRET', {});
  return { status, headers: { ...headers, 'idempotency-replayed': 'true' }, body, isSecret: false };
}
