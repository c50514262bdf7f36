/**
 * Invisible characters, and texts that look alike. Copied cells and web forms leave zero-width spaces, byte order
 * marks, soft hyphens and direction marks at the ends of values; `String.trim` removes only white space.
 */

/**
 * White space, control characters, and what Unicode defines as invisible by default; also the Braille blank and
 * annotation marks.
 */
const invisible = String.raw`\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFC`;
const atStart = new RegExp(`^[${invisible}]+`, 'u');
const atEnd = new RegExp(`[${invisible}]+$`, 'u');
/** Within a text, a plain space counts as visible. */
const within = new RegExp(`(?! )[${invisible}]`, 'gu');

/** The text without white space and invisible characters at its ends. */
export function trimInvisible(text: string): string {
  if (isPlainAt(text, 0) && isPlainAt(text, text.length - 1)) return text;
  return text.replace(atStart, '').replace(atEnd, '');
}

/** Printable ASCII, which nearly every value begins and ends with. */
function isPlainAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code > 0x20 && code < 0x7f;
}

/**
 * The form of a text used for comparison: without invisible ends, composed (NFC), full-width forms as ASCII, in lower
 * case. Accents count, and so do characters within the text: two people may differ in nothing else.
 */
export function fold(text: string): string {
  const composed = trimInvisible(text).normalize('NFC');
  const narrow = composed.replace(/[\uFF01-\uFF5E\u3000]/g, (wide) => wide.normalize('NFKC'));
  return narrow.toLowerCase().normalize('NFC');
}

/** `ana\u200b@contoso.edu`: the text with its invisible characters spelled out. */
export function showInvisible(text: string): string {
  return text.replace(within, (character) => escaped(character));
}

/** `\u200b`, `\u{e0041}` */
function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

/** Letters of other alphabets that look like Latin ones; they are suspicious only beside Latin letters. */
const lookAlike = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

/** Two addresses in one field, as people write them for a mail program. */
const severalAddresses = /@[^@]*[\s,;][^@]*@/;

/**
 * The text as a message shows it: invisible characters are spelled out, and described: `x\u200by@contoso.edu (an
 * invisible character \u200b after "x")`.
 */
export function describeValue(text: string): string {
  const shown = showInvisible(text);
  const [hidden] = text.matchAll(within);
  if (hidden !== undefined) {
    const before = showInvisible(text.slice(0, hidden.index));
    const place = before === '' ? 'at its beginning' : `after "${before}"`;
    return `${shown} (an invisible character ${escaped(hidden[0])} ${place})`;
  }
  if (severalAddresses.test(text)) return `${shown} (more than one address)`;
  const other = /[a-z]/i.test(text) ? lookAlike.exec(text) : null;
  if (other === null) return shown;
  return `${shown} (its "${other[0]}" is ${scriptOf(other[0])}, ${codeOf(other[0])}, not a Latin letter)`;
}

/** `U+0410` */
export function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

const scripts = (
  'Cyrillic Greek Arabic Hebrew Han Hiragana Katakana Hangul Bopomofo Thai Lao Khmer Myanmar Tibetan Mongolian Devanagari Bengali Gurmukhi ' +
  'Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thaana Syriac Armenian Georgian Ethiopic Cherokee Canadian_Aboriginal ' +
  'Nko Vai Adlam Tifinagh Yi Osage Javanese Ol_Chiki Hanifi_Rohingya Nyiakeng_Puachue_Hmong Pahawh_Hmong'
)
  .split(' ')
  .map((name) => ({ name: name.replaceAll('_', ' '), has: new RegExp(`\\p{Script=${name}}`, 'u') }));

/** The common name of a letter's or digit's script. */
export function scriptOf(character: string): string {
  const script = scripts.find(({ has }) => has.test(character))?.name;
  return script === 'Han' ? 'Chinese (Han)' : (script ?? 'of another script');
}
