/** The cookie of a session. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Browsers take a name with `__Host-` over https alone, for this host alone, and from nobody else. Over plain http, which the relay
 * speaks with its own computer only, it would be lost.
 */
function nameFor(isSecure: boolean): string {
  return isSecure ? '__Host-hallpass' : 'hallpass';
}

export interface CookieJar {
  /** The session's secret; empty without one. */
  read(request: FastifyRequest): string;
  write(reply: FastifyReply, secret: string): void;
  clear(reply: FastifyReply): void;
}

/** @param url of the relay, as browsers reach it */
export function cookieJar(url: () => string): CookieJar {
  const isSecure = () => url().startsWith('https:');
  // Lax, so that a link in a mail leads to the page and not to the sign-in.
  const options = () => ({ path: '/', httpOnly: true, sameSite: 'lax' as const, secure: isSecure() });
  return {
    read: ({ cookies }) => cookies[nameFor(isSecure())] ?? '',
    write: (reply, secret) => void reply.setCookie(nameFor(isSecure()), secret, options()),
    clear: (reply) => void reply.clearCookie(nameFor(isSecure()), options()),
  };
}
