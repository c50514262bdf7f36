/**
 * Names in the letters that a user name may have. Letters with marks lose them (Šimić → Simic, by Unicode's
 * compatibility decomposition); those that do not decompose are written as below. What is in no Latin script is refused:
 * half a name would be somebody else's.
 */

/** Latin letters without a decomposition, as their languages write them without. */
const plain: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ə: 'e',
  ĸ: 'k',
};

/**
 * Lower-case letters, digits and hyphens: apostrophes, blanks and other signs between them are left out
 * (O'Neil → oneil, Ana María → anamaria). Undefined when a letter has no counterpart, or nothing is left.
 */
export function transliterate(text: string): string | undefined {
  const lower = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const letters = [...lower].map((letter) => plain[letter] ?? letter).join('');
  if (/[^\P{L}a-z]/u.test(letters) || /[^\P{N}0-9]/u.test(letters)) return undefined;
  const kept = letters.replace(/[\u2010-\u2015]/g, '-').replace(/[^a-z0-9-]/g, '');
  return kept === '' ? undefined : kept;
}
