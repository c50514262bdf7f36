/** Who is knocking, and how often in vain: limits per network address, so that nobody can try codes or tokens out. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { fail } from '../../shared/errors.ts';

/** Addresses watched at once; the one that was seen first is forgotten when a new one comes. */
const maxAddresses = 10_000;
const windowMs = 60_000;

/** At most `perMinute` attempts of one address in a minute. */
export class AttemptLimit {
  readonly #perMinute: number;
  readonly #seen = new Map<string, { count: number; endsAt: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** @throws HallpassError ATTEMPTS_EXCEEDED with the time until the address may try again */
  check(address: string, nowMs: number): void {
    const window = this.#seen.get(address);
    if (window === undefined || window.endsAt <= nowMs || window.count < this.#perMinute) return;
    throw fail('ATTEMPTS_EXCEEDED', {}, { retryAfterMs: window.endsAt - nowMs });
  }

  count(address: string, nowMs: number): void {
    const window = this.#seen.get(address);
    if (window !== undefined && window.endsAt > nowMs) {
      window.count += 1;
      return;
    }
    this.#seen.delete(address);
    if (this.#seen.size >= maxAddresses) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    this.#seen.set(address, { count: 1, endsAt: nowMs + windowMs });
  }
}

/** The proxies whose word on the client's address is taken. */
export function trustedProxies(entries: readonly string[] = []): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The nearest address on the request's way that is not one of our own proxies. */
export function clientAddress(request: Pick<IncomingMessage, 'headers' | 'socket'>, proxies: BlockList): string {
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const hops = [request.socket.remoteAddress ?? '', ...forwarded.map((hop) => hop.trim()).reverse()];
  let nearest = '';
  for (const hop of hops) {
    if (isIP(hop) === 0) break;
    nearest = hop;
    if (!proxies.check(hop, isIP(hop) === 6 ? 'ipv6' : 'ipv4')) break;
  }
  return nearest;
}
