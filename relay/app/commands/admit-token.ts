import { looksLikeToken, tokenHash } from '../../store/tenants/api-token.ts';
import { isUseUnnoted, touchToken } from '../../store/tenants/api-tokens.ts';
import { findToken } from '../../store/tenants/system.ts';
import type { TokenActor } from '../actor.ts';
import type { StoreContext } from '../perform.ts';

/**
 * Authenticates a program by its token, and records the use once an hour.
 *
 * @returns undefined whatever is wrong with the token, so that nobody learns how close a guess was
 */
export async function admitToken({ store, clock }: StoreContext, token: string): Promise<TokenActor | undefined> {
  if (!looksLikeToken(token)) return undefined;
  const known = await store.system((scope) => findToken(scope, tokenHash(token)));
  const nowMs = clock.now();
  if (known === undefined || known.revokedAt !== null || Date.parse(known.expiresAt) <= nowMs) return undefined;
  if (isUseUnnoted(known, nowMs)) await store.system((scope) => touchToken(scope, known, new Date(nowMs)));
  const { id, name, role, scopes, tenants } = known;
  return { kind: 'token', id, name, role, scopes, tenants };
}
