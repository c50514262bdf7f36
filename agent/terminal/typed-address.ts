/** Addresses as people type them, made into those that are stored; what was changed is shown. Pure. */

import { enrollPath, linkPath } from '../../shared/link.ts';
import { isLoopback } from '../../shared/trust.ts';
import { noProxy, powerschoolAddress, proxyAddress, relayAddress } from '../model/addresses.ts';
import { tidyText } from './typed-text.ts';

export interface TypedAddress {
  /** As it is stored. */
  address: string;
  /** How it differs from what was typed, as the end of a sentence; empty when it does not. */
  changes: string[];
  /** Of a proxy: what stood before the @. */
  signIn?: string;
}

/**
 * Completes an address: https:// where nothing else was said, and no page behind it.
 *
 * @param setting for the message
 * @throws HallpassError SETTING_INVALID, POWERSCHOOL_ADDRESS_INSECURE, RELAY_ADDRESS_INSECURE
 */
export function typedAddress(setting: 'relay.url' | 'powerschool.url', typed: string): TypedAddress {
  const { text: whole, changes } = withScheme(tidyText(tidyText(typed).replace(/[,;.]+$/, '')), 'https://');
  // A name may end in a dot, but servers look for the name without it.
  const text = whole.replace(/^([a-z]+:\/\/[^/?#@]*?)\.+(?=[:/?#]|$)/i, '$1');
  if (text !== whole) changes.push('the dot after the name was cut off');
  const parsed = URL.parse(text.replace(/^ws(s?):/i, 'http$1:'));
  // Whatever cannot be cut without a guess is for the ordinary check, which says what is wrong.
  const cut = parsed === null || parsed.username !== '' || parsed.password !== '' ? undefined : cutOf(setting, parsed);
  if (cut !== undefined) changes.push(`${cut} was cut off`);
  const bare = parsed === null || cut === undefined ? text : baseOf(setting, parsed);
  const url = setting === 'relay.url' ? relayAddress(bare) : powerschoolAddress(bare);
  return { address: setting === 'relay.url' ? url.href : url.origin, changes };
}

/** The same, and http:// becomes https://: for somebody who sees at once what was made of it. */
export function securedAddress(setting: 'relay.url' | 'powerschool.url', typed: string): TypedAddress {
  const text = tidyText(typed);
  const parsed = URL.parse(text.replace(/^ws:/i, 'http:'));
  if (parsed?.protocol !== 'http:' || isLoopback(parsed.hostname)) return typedAddress(setting, typed);
  const secured = typedAddress(setting, text.replace(/^(?:http|ws):/i, 'https:'));
  return { ...secured, changes: ['https:// is used instead of http://, which is not encrypted', ...secured.changes] };
}

/** A proxy's address, with `http://` where no scheme was given: that is how most proxies are reached. @throws HallpassError SETTING_INVALID */
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

/** `relay.example.com:8443` is a host and a port, and no scheme called "relay.example.com". */
function withScheme(text: string, scheme: string): { text: string; changes: string[] } {
  if (/^[a-z][a-z\d+.-]*:[/\\]/i.test(text) || text === '') return { text, changes: [] };
  const [, meant, rest = ''] = /^(https?|wss?)(?::|:?\/\/+)(?!\d)(.*)$/i.exec(text) ?? [];
  if (meant !== undefined) return { text: `${meant}://${rest}`, changes: [`it begins with ${meant}:// now`] };
  return { text: `${scheme}${text.replace(/^\/+/, '')}`, changes: [`${scheme} was added`] };
}

/** Pages of PowerSchool, and of a relay what is not its base address: a relay may live below a path of a shared host. */
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
  // A page in a folder of its own is no base either: /admin/home.html belongs to something else than a relay.
  return base === pathname ? `${origin}${pathname}` : `${origin}${/\.\w+\/?$/.test(pathname) ? '' : base}`;
}

function decoded(signIn: string): string {
  try {
    return decodeURIComponent(signIn);
  } catch {
    return signIn;
  }
}
