/** Authentication by token. app/perform.ts decides what the token may do. */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { fail } from '../../../shared/errors.ts';
import type { TokenActor } from '../../app/actor.ts';
import { admitToken } from '../../app/commands/admit-token.ts';
import type { Store } from '../../store/store.ts';
import { AttemptLimit } from '../link/attempts.ts';
import type { Origins } from '../link/origins.ts';

/** Refused requests from one address in a minute. */
const refusalsPerMinute = 60;

export interface GateOptions {
  store: Store;
  clock: Clock;
  origins: Origins;
}

/** The caller and the token they sent. */
export interface Admitted {
  actor: TokenActor;
  token: string;
}

/**
 * @returns the caller, for any path
 * @throws HallpassError API_TOKEN_INVALID for any fault of the token, ATTEMPTS_EXCEEDED, STORE_UNAVAILABLE
 */
export function openGate({ store, clock, origins }: GateOptions): (request: FastifyRequest) => Promise<Admitted> {
  const refusals = new AttemptLimit(refusalsPerMinute);
  return async ({ headers, raw }) => {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    // The token first: guesses from an address must not lock out other clients at that address.
    const actor = await admitToken({ store, clock }, token);
    if (actor !== undefined) return { actor, token };
    throw refusals.refuse(origins.of(raw), clock.now(), fail('API_TOKEN_INVALID', {}));
  };
}
