/** Turns addresses as people type them into stored ones, and lists what was changed. Pure. */

import { enrollPath, linkPath } from '../../shared/link.ts';
import { isLoopback } from '../../shared/trust.ts';
import { noProxy, powerschoolAddress, proxyAddress, relayAddress } from '../model/addresses.ts';
import { tidyText } from './typed-text.ts';

export interface TypedAddress {
  /** The address to store. */
  address: string;
  /** How it differs from what was typed, as ends of a sentence; empty when it does not. */
  changes: string[];
  /** The sign-in that a proxy's address had before the @. */
  signIn?: string;
}

/**
 * Completes an address: adds https:// when there is no scheme, and removes the path of a page.
 *
 * @param setting for the message
 * @throws HallpassError SETTING_INVALID, POWERSCHOOL_ADDRESS_INSECURE, RELAY_ADDRESS_INSECURE
 */
export function typedAddress(setting: 'relay.url' | 'powerschool.url', typed: string): TypedAddress {
  const { text: whole, changes } = withScheme(tidyText(tidyText(typed).replace(/[,;.]+$/, '')), 'https://');
  // A name may end in a dot, but servers expect it without.
  const text = whole.replace(/^([a-z]+:\/\/[^/?#@]*?)\.+(?=[:/?#]|$)/i, '$1');
  if (text !== whole) changes.push('the dot after the name was cut off');
  const parsed = URL.parse(text.replace(/^ws(s?):/i, 'http$1:'));
  // Whatever cannot be cut without guessing goes to the ordinary check, which says what is wrong.
  const cut = parsed === null || parsed.username !== '' || parsed.password !== '' ? undefined : cutOf(setting, parsed);
  if (cut !== undefined) changes.push(`${cut} was cut off`);
  const bare = parsed === null || cut === undefined ? text : baseOf(setting, parsed);
  const url = setting === 'relay.url' ? relayAddress(bare) : powerschoolAddress(bare);
  return { address: setting === 'relay.url' ? url.href : url.origin, changes };
}

/** The same, but turns http:// into https://: for a person who sees the result at once. */
export function securedAddress(setting: 'relay.url' | 'powerschool.url', typed: string): TypedAddress {
  const text = tidyText(typed);
  const parsed = URL.parse(text.replace(/^ws:/i, 'http:'));
  if (parsed?.protocol !== 'http:' || isLoopback(parsed.hostname)) return typedAddress(setting, typed);
  const secured = typedAddress(setting, text.replace(/^(?:http|ws):/i, 'https:'));
  return { ...secured, changes: ['https:// is used instead of http://, which is not encrypted', ...secured.changes] };
}

/**
 * A proxy's address, with `http://` if there is no scheme, because that is how most proxies are reached. @throws
 * HallpassError SETTING_INVALID
 */
export function typedProxy(typed: string, setting: string): TypedAddress {
  const plain = tidyText(typed);
  if (plain.toLowerCase() === noProxy) return { address: noProxy, changes: [] };
  const { text, changes } = withScheme(plain.replace(/[,;.]+$/, ''), 'http://');
  const [, scheme = '', signIn, rest = ''] = /^([a-z][a-z\d+.-]*:\/\/)(?:(.*)@)?(.*)$/i.exec(text) ?? [];
  const url = proxyAddress(`${scheme}${rest}`, setting);
  if (signIn === undefined) return { address: url.origin, changes };
  return {
    address: url.origin,
    changes: [...changes, 'the sign-in before the @ is stored separately'],
    signIn: decoded(signIn),
  };
}

/** `relay.example.com:8443` is a host and a port; "relay.example.com" is not a scheme. */
function withScheme(text: string, scheme: string): { text: string; changes: string[] } {
  if (/^[a-z][a-z\d+.-]*:[/\\]/i.test(text) || text === '') return { text, changes: [] };
  const [, meant, rest = ''] = /^(https?|wss?)(?::|:?\/\/+)(?!\d)(.*)$/i.exec(text) ?? [];
  if (meant !== undefined) return { text: `${meant}://${rest}`, changes: [`it begins with ${meant}:// now`] };
  return { text: `${scheme}${text.replace(/^\/+/, '')}`, changes: [`${scheme} was added`] };
}

/**
 * The part of the path to remove: any page of PowerSchool, or what is not a relay's base address. A relay may live
 * below a path on a shared host.
 */
function cutOf(setting: 'relay.url' | 'powerschool.url', url: URL): string | undefined {
  const whole = `${url.pathname}${url.search}${url.hash}`;
  const rest = `${url.origin}${whole}`.slice(baseOf(setting, url).length);
  return rest === '' || rest === '/' ? undefined : rest.startsWith('/') ? rest : `/${rest}`;
}

const relayPages = new RegExp(
  `(?:${linkPath}|${enrollPath}|/api/v1(?:/.*)?|/healthz|/readyz|/metrics|/[^/]+\\.\\w+)/?$`,
);

function baseOf(setting: 'relay.url' | 'powerschool.url', { origin, pathname }: URL): string {
  if (setting === 'powerschool.url') return origin;
  const base = pathname.replace(relayPages, '');
  // A page in its own folder is no base address either: /admin/home.html does not belong to a relay.
  return base === pathname ? `${origin}${pathname}` : `${origin}${/\.\w+\/?$/.test(pathname) ? '' : base}`;
}

function decoded(signIn: string): string {
  try {
    return decodeURIComponent(signIn);
  } catch {
    return signIn;
  }
}
