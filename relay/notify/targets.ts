/**
 * Where alerts may be sent. Whoever may add a channel must not reach the network of the relay through it, so every
 * address is looked at when it is connected to, after its name was resolved: a name can lead elsewhere tomorrow.
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { fail, HallpassError } from '../../shared/errors.ts';

/** IANA's registries of special-purpose addresses: everything in them that is not globally reachable. */
const networks: readonly [address: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['192.88.99.0', 24],
  // IPv4 addresses in the form of IPv4-compatible ones, of Teredo and of 6to4 lead wherever a relay of these takes them.
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** Where there is IPv6 alone, every IPv4 address is reached as one of these (RFC 6052): what counts is the address within. */
const translated = new BlockList();
translated.addSubnet('64:ff9b::', 96, 'ipv6');

const special = new BlockList();
for (const [address, bits] of networks) special.addSubnet(address, bits, address.includes(':') ? 'ipv6' : 'ipv4');

/** Also of IPv4 addresses written as IPv6 ones (`::ffff:127.0.0.1`). */
export function isPrivate(address: string): boolean {
  const family = isIP(address);
  if (family === 6 && translated.check(address, 'ipv6')) return isPrivate(lastFour(address));
  return family === 0 || special.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** The last four bytes of an IPv6 address, as an IPv4 address. */
function lastFour(address: string): string {
  const { hostname } = new URL(`http://[${address}]`);
  const groups = hostname.slice(1, -1).split('::').at(-1)?.split(':') ?? [];
  const [high = 0, low = 0] = ['0', '0', ...groups].slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether the operator lets channels reach this host wherever it leads. */
export function isAllowed(host: string, privateHosts: readonly string[]): boolean {
  return privateHosts.some((allowed) => bare(allowed) === bare(host));
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

/** An address in place of a name is not resolved. @throws HallpassError ALERT_TARGET_PRIVATE */
export function needReachable(host: string, privateHosts: readonly string[]): void {
  const address = bare(host);
  if (isIP(address) !== 0 && isPrivate(address) && !isAllowed(host, privateHosts)) throw refusal(host, address);
}

/** Resolves a name as {@link lookup}, and fails with ALERT_TARGET_PRIVATE where it leads to a private address. */
export function guardedLookup(privateHosts: readonly string[]): LookupFunction {
  return (host, options, answer) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return answer(error, '', 0);
      const inside = addresses.find(({ address }) => isPrivate(address));
      if (inside !== undefined && !isAllowed(host, privateHosts)) return answer(refusal(host, inside.address), '', 0);
      if (options.all === true) return answer(null, addresses);
      const [first] = addresses;
      answer(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

/** The address of a host, for a client that resolves no names itself. @throws HallpassError ALERT_TARGET_PRIVATE */
export async function addressOf(host: string, privateHosts: readonly string[]): Promise<string> {
  needReachable(host, privateHosts);
  if (isIP(bare(host)) !== 0) return bare(host);
  return await new Promise((resolve, reject) => {
    guardedLookup(privateHosts)(host, { all: false }, (error, address) => {
      if (error === null && typeof address === 'string') resolve(address);
      else reject(error);
    });
  });
}

/**
 * For a host that a proxy resolves and reaches: refuses what leads inside as far as this computer can tell. Where only the proxy
 * knows names, it decides.
 *
 * @throws HallpassError ALERT_TARGET_PRIVATE
 */
export async function needOutside(host: string, privateHosts: readonly string[]): Promise<void> {
  if (isAllowed(host, privateHosts)) return;
  await addressOf(host, privateHosts).catch((error: unknown) => {
    if (error instanceof HallpassError) throw error;
  });
}

function refusal(host: string, address: string): HallpassError {
  return fail('ALERT_TARGET_PRIVATE', { host: bare(host), address });
}
