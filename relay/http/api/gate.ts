/** Who may come in: a token decides. What it opens is a matter of app/perform.ts. */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { fail } from '../../../shared/errors.ts';
import type { TokenActor } from '../../app/actor.ts';
import { admitToken } from '../../app/commands/admit-token.ts';
import type { Store } from '../../store/store.ts';
import { AttemptLimit } from '../link/attempts.ts';
import type { Origins } from '../link/origins.ts';

/** Refused requests of one address in a minute. */
const refusalsPerMinute = 60;

export interface GateOptions {
  store: Store;
  clock: Clock;
  origins: Origins;
}

/** The caller, with what they showed. */
export interface Admitted {
  actor: TokenActor;
  token: string;
}

/**
 * @returns who asks, whatever is asked for
 * @throws HallpassError API_TOKEN_INVALID whatever is wrong with the token, ATTEMPTS_EXCEEDED, STORE_UNAVAILABLE
 */
export function openGate({ store, clock, origins }: GateOptions): (request: FastifyRequest) => Promise<Admitted> {
  const refusals = new AttemptLimit(refusalsPerMinute);
  return async ({ headers, raw }) => {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    // The token first: anyone who guesses from an address shuts nobody out who shares it.
    const actor = await admitToken({ store, clock }, token);
    if (actor !== undefined) return { actor, token };
    throw refusals.refuse(origins.of(raw), clock.now(), fail('API_TOKEN_INVALID', {}));
  };
}
