/**
 * Which addresses are reached without the proxy: the rules of NO_PROXY and of `--proxy-bypass`. There is no standard
 * for them; these are what curl, Go and the GitHub Actions runner have in common, plus subnets.
 */
import { BlockList, isIP } from 'node:net';
import { isLoopback } from './trust.ts';

/** Entries of a NO_PROXY value: separated by commas or blanks. */
export function bypassEntries(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** False for what could never match: a URL, an invalid subnet, a `*` inside a name. */
export function isBypassEntry(entry: string): boolean {
  const { pattern, port } = splitPort(entry);
  if (port !== undefined && (port < 1 || port > 65_535)) return false;
  if (pattern.includes('/')) return subnetOf(pattern) !== undefined;
  return pattern === '*' || isIP(pattern) !== 0 || /^(\*?\.)?[^\s:*[\]]+$/.test(pattern);
}

/**
 * True when a URL is to be reached directly.
 *
 * An entry is `*` (everything), a name (itself and every name below it; a leading `.` or `*.` changes nothing), an
 * address, or a subnet in CIDR form (for URLs that contain an address: names are not resolved). Each may end in `:port`
 * and then applies to that port only. An IPv6 address with a port is in brackets. This computer itself is never reached
 * through a proxy, which would look for it elsewhere.
 */
export function isBypassed(url: URL, entries: readonly string[]): boolean {
  if (isLoopback(url.hostname)) return true;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  const port = url.port === '' ? (/^(http|ws):$/.test(url.protocol) ? 80 : 443) : Number(url.port);
  return entries.some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  const { pattern, port: only } = splitPort(entry);
  if (only !== undefined && only !== port) return false;
  if (pattern === '*') return true;
  if (pattern.includes('/')) return isInSubnet(host, pattern);
  const name = pattern.replace(/^\*?\./, '').replace(/\.$/, '');
  if (name === '') return false;
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

/** `host:port`, `[v6]:port`, or without a port; a bare IPv6 address is full of colons and has none. */
function splitPort(entry: string): { pattern: string; port: number | undefined } {
  const [, bracketed, bare, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  return { pattern: bracketed ?? bare ?? entry, port: port === undefined ? undefined : Number(port) };
}

function isInSubnet(host: string, text: string): boolean {
  const subnet = subnetOf(text);
  if (subnet === undefined || isIP(host) !== subnet.version) return false;
  const family = subnet.version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(subnet.network, subnet.prefix, family);
  return list.check(host, family);
}

function subnetOf(text: string): { network: string; prefix: number; version: number } | undefined {
  const [network = '', bits = ''] = text.split('/');
  const version = isIP(network);
  const prefix = Number(bits);
  const isSubnet = version !== 0 && /^\d+$/.test(bits) && prefix <= (version === 4 ? 32 : 128);
  return isSubnet ? { network, prefix, version } : undefined;
}
