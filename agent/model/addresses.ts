/** Checks the addresses that an administrator enters: each must be encrypted or on this computer. */
import { fail } from '../../shared/errors.ts';
import { enrollPath, linkPath } from '../../shared/link.ts';
import { isLoopback } from '../../shared/trust.ts';

/**
 * The relay's base address as http(s); `wss://` is accepted as another spelling of `https://`.
 *
 * @throws HallpassError SETTING_INVALID, RELAY_ADDRESS_INSECURE
 */
export function relayAddress(text: string): URL {
  const url = parse(text.replace(/^ws(s?):/i, 'http$1:'), 'relay.url');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw fail('RELAY_ADDRESS_INSECURE', { url: text });
  return url;
}

/**
 * PowerSchool's origin.
 *
 * @throws HallpassError SETTING_INVALID, POWERSCHOOL_ADDRESS_INSECURE
 */
export function powerschoolAddress(text: string): URL {
  const url = parse(text, 'powerschool.url');
  if (url.pathname !== '/') {
    throw fail('SETTING_INVALID', { setting: 'powerschool.url', reason: `give ${url.origin} without a path` });
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw fail('POWERSCHOOL_ADDRESS_INSECURE', { url: url.origin });
  }
  return url;
}

/** In place of a proxy's address: no proxy, whatever the environment says. */
export const noProxy = 'none';

/**
 * A proxy's address. Plain http is the usual way to reach a proxy: the traffic through it is encrypted end to end.
 *
 * @param setting where it was given, for the message
 * @throws HallpassError SETTING_INVALID
 */
export function proxyAddress(text: string, setting: string): URL {
  const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0].toLowerCase() ?? '';
  if (!['http://', 'https://'].includes(scheme)) {
    throw fail('SETTING_INVALID', { setting, reason: 'the address of a proxy begins with http:// or https://' });
  }
  const url = parse(text, setting);
  if (url.pathname === '/') return url;
  throw fail('SETTING_INVALID', { setting, reason: `give ${url.origin} without a path` });
}

/** The address at which the WebSocket is opened. */
export function linkAddress(relay: URL): URL {
  const url = below(relay, linkPath);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** The address at which a code is exchanged for an identity. */
export function enrollAddress(relay: URL): URL {
  return below(relay, enrollPath);
}

/** A relay may live below a path on a shared host. */
function below(base: URL, path: string): URL {
  return new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
}

function parse(text: string, setting: string): URL {
  const url = URL.parse(text);
  const problem = (reason: string) => fail('SETTING_INVALID', { setting, reason });
  const [, port] = /^[^/]*\/\/[^/]*:(\d+)(?:\/|$)/.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    throw problem('a port is a number from 1 to 65535');
  if (url === null || url.hostname === '') throw problem('it is not an address like https://host.example.org');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw problem('the address must begin with https://');
  // Anything in an address ends up in logs, including a password.
  if (url.username !== '' || url.password !== '') throw problem('an address must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') throw problem('an address must not have a query or fragment');
  return url;
}
