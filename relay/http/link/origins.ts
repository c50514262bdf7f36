/** Where requests come from, and a warning to the operator if a proxy does not say. */
import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import type { Logger } from 'pino';
import type { Clock } from '../../../shared/clock.ts';
import { clientAddress, isForwardedFrom, isTrusted } from './addresses.ts';
import type { Peers } from './proxy-protocol.ts';
import type { SilentProxies } from './silent-proxies.ts';

export interface OriginsOptions {
  proxies: BlockList;
  /** Set if the PROXY protocol is in use. */
  peers: Peers | undefined;
  silent: SilentProxies;
  clock: Clock;
  log: Logger;
}

export class Origins {
  readonly #options: OriginsOptions;

  constructor(options: OriginsOptions) {
    this.#options = options;
  }

  /** The client's address, in the form that limits count. */
  of(request: IncomingMessage): string {
    const { proxies, peers, silent, clock, log } = this.#options;
    const source = peers?.sourceOf(request.socket);
    const peer = request.socket.remoteAddress ?? '';
    const isSilent = source === undefined && !isForwardedFrom(request);
    if (isSilent && isTrusted(peer, proxies) && silent.add(peer, clock.now())) {
      log.warn(
        { event: 'proxy.silent', proxy: peer },
        'a trusted proxy sends no X-Forwarded-For with an address: all agents behind it share the limits of one address',
      );
    }
    return clientAddress(request, source ?? peer, proxies);
  }

  /** Where a request lost its Upgrade headers, as far as the relay can tell. */
  whoStripped(request: IncomingMessage): { side: 'relay' | 'district' | 'unknown'; who: string; proxy: string } {
    const { proxies } = this.#options;
    const proxy = request.socket.remoteAddress ?? '';
    const via = [request.headers.via ?? []].flat().join(', ').slice(0, 100);
    const named = via === '' ? '' : `; a proxy on the way calls itself "${via}"`;
    if (isTrusted(proxy, proxies)) {
      return { side: via === '' ? 'relay' : 'unknown', who: `the reverse proxy of the relay${named}`, proxy };
    }
    const forwarded = ['x-forwarded-for', 'forwarded', 'x-real-ip'].some((name) => name in request.headers);
    if (forwarded && via === '') return { side: 'unknown', who: "a proxy, most likely the relay's own", proxy };
    return { side: 'district', who: `a proxy or filter in the network of the agent${named}`, proxy };
  }
}
