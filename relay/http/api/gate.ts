/** Who may come in: a token decides. What it opens is a matter of app/perform.ts. */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { fail } from '../../../shared/errors.ts';
import type { Store } from '../../store/store.ts';
import { looksLikeToken, tokenHash } from '../../store/tenants/api-token.ts';
import { isUseUnnoted, touchToken } from '../../store/tenants/api-tokens.ts';
import { findToken, type KnownToken } from '../../store/tenants/system.ts';
import { AttemptLimit } from '../link/attempts.ts';
import type { Origins } from '../link/origins.ts';

/** Refused requests of one address in a minute. */
const refusalsPerMinute = 60;

export interface GateOptions {
  store: Store;
  clock: Clock;
  origins: Origins;
}

/**
 * @returns who asks: resolves with the token's owner, whatever is asked for
 * @throws HallpassError API_TOKEN_INVALID whatever is wrong with the token, ATTEMPTS_EXCEEDED, STORE_UNAVAILABLE
 */
export function openGate({ store, clock, origins }: GateOptions): (request: FastifyRequest) => Promise<KnownToken> {
  const refusals = new AttemptLimit(refusalsPerMinute);
  return async (request) => {
    const now = clock.now();
    // The token first: whoever guesses from an address shuts nobody out who shares it.
    const known = await find(store, request.headers.authorization);
    if (known === undefined || known.revokedAt !== null || Date.parse(known.expiresAt) <= now) {
      throw refusals.refuse(origins.of(request.raw), now, fail('API_TOKEN_INVALID', {}));
    }
    if (isUseUnnoted(known, now)) {
      await store.system((scope) => touchToken(scope, known, new Date(now)));
    }
    return known;
  };
}

async function find(store: Store, authorization: string | undefined): Promise<KnownToken | undefined> {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined || !looksLikeToken(token)) return undefined;
  return await store.system((scope) => findToken(scope, tokenHash(token)));
}
