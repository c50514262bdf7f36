/** What an app token says of itself. It came from the sign-in over TLS, and only Graph has to believe it, so nobody checks its signature here. */
import { decodeJwt, type JWTPayload } from 'jose';
import { fail } from '../../shared/errors.ts';
import type { Token } from './bodies/sign-in.ts';

/** A token may lack roles while consent is missing or still spreading: better reported now than as a 403 later. */
export function rolesIn(token: Pick<Token, 'text'>): string[] {
  const { roles } = claimsOf(token);
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
}

/** @throws HallpassError GRAPH_UNREADABLE */
export function claimsOf({ text }: Pick<Token, 'text'>): JWTPayload {
  try {
    return decodeJwt(text);
  } catch (cause) {
    const words = 'a token that cannot be read';
    throw fail('GRAPH_UNREADABLE', { what: 'the sign-in', status: 200, words }, { cause });
  }
}
