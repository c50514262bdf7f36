/** Where a request comes from: the nearest address on its way that is not one of our own proxies. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** The proxies whose statement of the client's address is trusted. */
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

export function isTrusted(address: string, proxies: BlockList): boolean {
  const plain = plainAddress(address);
  return plain !== '' && proxies.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The client's address, in the form that limits count. `X-Forwarded-For` is trusted only from trusted proxies, and read
 * from the right: what a client wrote there itself is to the left of what the first proxy added.
 *
 * @param peer the address at the other end of the connection
 */
export function clientAddress({ headers }: Pick<IncomingMessage, 'headers'>, peer: string, proxies: BlockList): string {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const hops = [peer, ...forwarded.reverse()];
  let nearest = '';
  for (const hop of hops) {
    const address = plainAddress(hop);
    if (address === '') break;
    nearest = address;
    if (!isTrusted(address, proxies)) break;
  }
  return countedAddress(nearest);
}

/** Whether the nearest proxy says where the request came from: some send `unknown`, or an empty header. */
export function isForwardedFrom({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const nearest = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').at(-1) ?? '';
  return plainAddress(nearest) !== '';
}

/**
 * What limits count as one client: an IPv4 address, or the /64 of an IPv6 address, because one subscriber has a whole
 * /64.
 *
 * @returns `192.0.2.1`, `2001:db8:0:1::/64`, or '' if it is not an address
 */
export function countedAddress(address: string): string {
  const plain = plainAddress(address);
  return isIP(plain) === 6 ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain;
}

/** Without port, brackets and zone; an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) as IPv4. '' for anything else. */
function plainAddress(text: string): string {
  const trimmed = text.trim();
  const bare = /^\[(.*)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  const address = bare.split('%', 1).join('');
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : '';
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  if (!isMapped) return address;
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups of an IPv6 address, hexadecimal without leading zeros. */
function groupsOf(address: string): string[] {
  // WHATWG URL serializes every form of an IPv6 address, also one that ends in IPv4, into groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left;
  const right = tail === '' ? [] : tail.split(':');
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}
