/**
 * Cleans what people type and paste: removes quotes, line ends, invisible characters, and keys that are not text. Pure.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Escape sequences of arrow keys and of pasting. */
const keys = new RegExp(`${String.fromCharCode(0x1b)}(?:\\[[\\d;?]*[A-Za-z~]|O[A-Za-z])`, 'g');

/** Removes keys and invisible characters; line ends and tabs become spaces. */
function seen(typed: string): string {
  return typed
    .replace(keys, '')
    .replace(/[\t\r\n]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

const quotes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
  ['<', '>'],
]);

/** One line, trimmed. Quotes are removed only in pairs: a password may begin with one. */
export function tidyText(typed: string): string {
  let text = seen(typed).trim();
  for (let inner = unquoted(text); inner !== undefined; inner = unquoted(text)) text = inner;
  return text;
}

function unquoted(text: string): string | undefined {
  const end = quotes.get(text.charAt(0));
  return end !== undefined && text.length > 1 && text.endsWith(end) ? text.slice(1, -1).trim() : undefined;
}

/** The same, without a label that was copied along: `Client ID: 8c3e…`. */
export function tidyValue(typed: string, label: RegExp): string {
  const text = tidyText(typed);
  const rest = text.replace(label, '');
  return rest === text || rest === '' ? text : tidyText(rest);
}

/** A path that was typed, dragged into the window or copied from an address bar. `~` is the home folder. */
export function tidyPath(typed: string, platform: NodeJS.Platform): string {
  const text = tidyText(typed).replace(/^file:\/\/(?=\/)/i, '');
  if (platform === 'win32') return text;
  const plain = text.replace(/\\([ '"()&])/g, '$1');
  return plain === '~' || plain.startsWith('~/') ? join(homedir(), plain.slice(2)) : plain;
}

/** The value of an option in a pasted command line; undefined when the text is not one. */
export function pastedOption(typed: string, flag: string): string | undefined {
  const variable = `HALLPASS_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
  const [, option, value] =
    new RegExp(`(?:^|\\s)(${flag}|${variable})[= ]\\s*("[^"]*"|'[^']*'|\\S+)`).exec(seen(typed)) ?? [];
  return option === undefined || value === undefined ? undefined : tidyText(value);
}
