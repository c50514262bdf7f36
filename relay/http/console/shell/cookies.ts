/** The cookies of a session, and of each sign-in under way. */
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { attemptLastsMs } from '../../../store/users/attempts.ts';

export interface Cookie {
  /** Its value; empty without one. */
  read(request: FastifyRequest): string;
  write(reply: FastifyReply, secret: string): void;
  clear(reply: FastifyReply): void;
}

export interface CookieJar extends Cookie {
  /** Of the sign-in with this state. Each has its own, so that several tabs can be at it. */
  ofSignIn(state: string): Cookie;
}

/** @param url of the relay, as browsers reach it */
export function cookieJar(url: () => string): CookieJar {
  const signInSeconds = attemptLastsMs / 1000;
  return {
    ...cookie('hallpass', url),
    ofSignIn: (state) => cookie(`hallpass-sign-in-${hash('sha256', state, 'hex').slice(0, 12)}`, url, signInSeconds),
  };
}

/** @param maxAge seconds; without it, until the browser is closed */
function cookie(name: string, url: () => string, maxAge?: number): Cookie {
  // Browsers take a name with `__Host-` over https alone, for this host alone, and from nobody else. Over plain http, which the
  // relay speaks with its own computer only, it would be lost.
  const isSecure = () => url().startsWith('https:');
  const nameNow = () => (isSecure() ? `__Host-${name}` : name);
  // Lax, so that a link in a mail leads to the page and not to the sign-in, and the provider's answer finds the cookie.
  const options = () => ({ path: '/', httpOnly: true, sameSite: 'lax' as const, secure: isSecure() });
  return {
    read: ({ cookies }) => cookies[nameNow()] ?? '',
    write(reply, secret) {
      reply.setCookie(nameNow(), secret, { ...options(), ...(maxAge !== undefined && { maxAge }) });
    },
    clear(reply) {
      reply.clearCookie(nameNow(), options());
    },
  };
}
