/**
 * Answers that do not come from the relay, and requests that reached it altered: which proxy did it, as far as one can
 * tell. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { fail, type HallpassError } from '../../shared/errors.ts';
import type { Peer } from '../network/certificate.ts';

export interface RelayAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The relay's own code and sentence, if the relay answered. */
  refusal?: { code?: string | undefined; message?: string | undefined };
  /** Where the encryption ended; undefined on an unencrypted connection. */
  peer?: Peer | undefined;
}

/**
 * The error for an answer that something on the way gave in the relay's place, or for an upgrade that something on the
 * way dropped; undefined for an answer from the relay. The relay answers in JSON and never redirects. A page with 5xx
 * may come from the relay's own load balancer and is let through.
 *
 * @param url the relay's address, for people
 */
export function interception(url: string, { status, headers, refusal, peer }: RelayAnswer): HallpassError | undefined {
  // The relay saw a request without the protocols that we always offer.
  if (status === 426 && refusal?.message?.includes('(agent none,')) return upgradeLost(url, headers, peer);
  if (refusal?.code !== undefined) return undefined;
  const what = strangeAnswer(url, status, headers);
  if (what === undefined) return undefined;
  const by = selfName(headers);
  const action = isOperators(peer)
    ? 'Check the address of the relay. If it is right, ask the relay operator: the answer comes from that side of the connection.'
    : 'Check the address of the relay. If it is right, ask your network people to let WebSockets to this host pass without filter or sign-in page.';
  return fail('RELAY_INTERCEPTED', { url, what: by === '' ? what : `${what}, from ${by}`, action });
}

function strangeAnswer(url: string, status: number, headers: IncomingHttpHeaders): string | undefined {
  if (status >= 300 && status < 400) {
    const host = URL.parse(String(headers.location ?? ''), url)?.host;
    return `a redirect${host === undefined ? '' : ` to ${host}`} (status ${status})`;
  }
  if (status === 511) return `a sign-in page (status ${status})`;
  if (status >= 500) return undefined;
  if (String(headers['content-type'] ?? '').includes('html')) return `a web page (status ${status})`;
  return [400, 404, 405].includes(status) ? `an answer that is not a relay's (status ${status})` : undefined;
}

/**
 * Under a well-known authority's certificate, nothing in the district can have inspected the request: the proxy in
 * front of the relay did it. Under any other, it may also have been a filter that inspects TLS.
 */
function upgradeLost(url: string, headers: IncomingHttpHeaders, peer: Peer | undefined): HallpassError {
  const by = selfName(headers);
  const named = by === '' ? '' : ` (it calls itself ${by})`;
  if (isOperators(peer)) {
    return fail('RELAY_UPGRADE_LOST', {
      url,
      where: `the proxy in front of the relay${named} does not pass it on`,
      action:
        'Ask the relay operator to let that proxy pass WebSockets on: the chapter on reverse proxies in docs/relay.md has configurations that do. Nothing in your own network can have done it, because the connection is encrypted up to there.',
    });
  }
  const whose =
    peer === undefined
      ? ''
      : ` The certificate that was presented comes from "${peer.issuer}": an authority of your own network means the latter.`;
  return fail('RELAY_UPGRADE_LOST', {
    url,
    where: `a proxy on the way${named} does not pass it on, either in front of the relay or in your own network`,
    action: `Ask the relay operator whether the proxy in front of it passes WebSockets on, and your network people whether a filter breaks them.${whose}`,
  });
}

function isOperators(peer: Peer | undefined): boolean {
  return peer?.isWellKnown === true;
}

/**
 * The name that a proxy gives itself: the relay sends neither of these headers. Empty without a name that is fit to
 * show.
 */
export function selfName({ via, server }: IncomingHttpHeaders): string {
  const [, hop = ''] = /^\S+\s+([^,]+)/.exec(String(via ?? '')) ?? [];
  const [name = hop] = [server ?? []].flat();
  return /^[\w ./()-]{1,60}$/.test(name) ? name : '';
}
