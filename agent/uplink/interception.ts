/** Answers that are not the relay's: a sign-in page, a filter's notice. */
import type { IncomingHttpHeaders } from 'node:http';
import { fail, type HallpassError } from '../../shared/errors.ts';

/**
 * The error for an answer that something on the way gave in the relay's place, or undefined. The relay answers in JSON and
 * never redirects. A page with 5xx may be of the relay's own load balancer, and passes.
 *
 * @param url the relay's address, for people
 * @param told the relay's own sentence, if it was the relay
 */
export function interception(
  url: string,
  status: number,
  headers: IncomingHttpHeaders,
  told = '',
): HallpassError | undefined {
  // The relay saw a request without the protocols that we always offer.
  if (status === 426 && told.includes('(agent none,')) {
    return fail('RELAY_INTERCEPTED', { url, what: 'the request for a WebSocket arrived as an ordinary one' });
  }
  if (status >= 300 && status < 400) {
    const host = URL.parse(String(headers.location ?? ''), url)?.host;
    const where = host === undefined ? '' : ` to ${host}`;
    return fail('RELAY_INTERCEPTED', { url, what: `a redirect${where} (status ${status})` });
  }
  if (status >= 500 || !String(headers['content-type'] ?? '').includes('html')) return undefined;
  return fail('RELAY_INTERCEPTED', { url, what: `a web page (status ${status})` });
}
