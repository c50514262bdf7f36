/**
 * Who may talk to the local page. It listens only on the loopback interface, so the remaining threat is other web pages
 * in a browser on this computer: DNS rebinding (a foreign name that resolves to 127.0.0.1) and forged requests. Pure.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Sent with every answer. Nothing is loaded from elsewhere, and nothing runs inline. */
export const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With no-referrer a form would be sent with "Origin: null", which cannot be told from a forged one.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export interface Refusal {
  status: 403 | 421;
  reason: string;
}

/**
 * Whether a request comes from this page or this computer, judged by headers that web pages cannot forge in a browser.
 */
export function refusalOf(method: string, headers: IncomingHttpHeaders, port: number): Refusal | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = '', origin } = headers;
  if (!hosts.includes(host)) {
    return { status: 421, reason: `open http://${hosts[0]}: this page is not served under another name` };
  }
  // A link from another site to the page is fine; requests that another site loads or sends are not.
  const site = headers['sec-fetch-site'];
  const follows = method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if ((site === 'cross-site' || site === 'same-site') && !follows) {
    return { status: 403, reason: 'requests of other sites are refused' };
  }
  const changes = method !== 'GET' && method !== 'HEAD';
  if (changes && origin !== `http://${host}`) return { status: 403, reason: 'it does not come from this page' };
  return undefined;
}

/** Which program sends the request, as far as it says: one program's excess must not harm another. */
export function clientOf(headers: IncomingHttpHeaders): string {
  return (headers['user-agent'] ?? '').slice(0, 200);
}

/** Compares in constant time, so that timing reveals nothing. */
export function sameToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
