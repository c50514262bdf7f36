/** What people type and paste, without what came along: quotes, line ends, invisible characters, keys that are no text. Pure. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Escape sequences of arrow keys and of pasting, and characters that nobody sees. */
const unseen =
  /\u001b(?:\[[\d;?]*[A-Za-z~]|O[A-Za-z])|[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]/gu;
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

/** One line without anything around it. Quotes go only in pairs: a password may begin with one. */
export function tidyText(typed: string): string {
  let text = typed.replace(unseen, '').trim();
  for (let inner = unquoted(text); inner !== undefined; inner = unquoted(text)) text = inner;
  return text;
}

function unquoted(text: string): string | undefined {
  const end = quotes.get(text.charAt(0));
  return end !== undefined && text.length > 1 && text.endsWith(end) ? text.slice(1, -1).trim() : undefined;
}

/** The same without a label that was copied with it: `Client ID: 8c3e…`. */
export function tidyValue(typed: string, label: RegExp): string {
  const text = tidyText(typed);
  const rest = text.replace(label, '');
  return rest === text || rest === '' ? text : tidyText(rest);
}

/** A path as it is typed, dragged into the window or copied from an address bar. `~` is the home folder. */
export function tidyPath(typed: string, platform: NodeJS.Platform): string {
  const text = tidyText(typed).replace(/^file:\/\/(?=\/)/i, '');
  if (platform === 'win32') return text;
  const plain = text.replace(/\\([ '"()&])/g, '$1');
  return plain === '~' || plain.startsWith('~/') ? join(homedir(), plain.slice(2)) : plain;
}

/** What stands behind an option of a command line that was pasted as a whole; undefined when it is none of that kind. */
export function pastedOption(typed: string, flag: string): string | undefined {
  const variable = `HALLPASS_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
  const [, option, value] =
    new RegExp(`(?:^|\\s)(${flag}|${variable})[= ]\\s*("[^"]*"|'[^']*'|\\S+)`).exec(typed.replace(unseen, ' ')) ?? [];
  return option === undefined || value === undefined ? undefined : tidyText(value);
}
