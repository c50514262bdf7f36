/**
 * Names in plain letters, without a table like the relay's: Unicode's collation, as ICU implements it, knows which
 * letter from a to z another letter equals (ø equals o) or follows in the alphabet (ɓ follows b).
 */
const alphabet = [...'abcdefghijklmnopqrstuvwxyz'];
const pairs = alphabet.flatMap((first) => alphabet.map((second) => first + second));
const { compare } = new Intl.Collator('en', { sensitivity: 'base' });

/** It comes at the end of the alphabet, after z. */
const thorn = 'þ';
/** Letters with cases that also come there but are written like apostrophes: saltillo and glottal stop. */
const apostrophes = 'ꞌɂʕ';

/** Cached by letter, because names repeat them. */
const known = new Map<string, string | undefined>();

/** Lower-case letters, digits and hyphens; undefined for text in another script, or text of signs alone. */
export function plainLetters(value: string): string | undefined {
  let plain = '';
  for (const character of value.normalize('NFKD').toLowerCase().normalize('NFKD')) {
    if (!known.has(character)) known.set(character, spelled(character));
    const letters = known.get(character);
    if (letters === undefined) return undefined;
    plain += letters;
  }
  return plain === '' ? undefined : plain;
}

function spelled(character: string): string | undefined {
  if (/[a-z0-9-]/.test(character)) return character;
  if (/[\p{Pd}\u2212]/u.test(character)) return '-';
  if (!/[\p{L}\p{N}]/u.test(character)) return '';
  // Letters of no particular script: the ʻokina, primes, tone marks.
  if (/(?=\p{Lm})\p{Script=Common}/u.test(character)) return '';
  if (!/(?=\p{L})\p{Script=Latin}/u.test(character)) return undefined;
  const alike = [...alphabet, ...pairs].find((letters) => compare(letters, character) === 0);
  if (alike !== undefined) return alike;
  if (character === thorn) return 'th';
  // Latin letters without cases: more glottal stops, and clicks.
  if (/\p{Lo}/u.test(character) || apostrophes.includes(character)) return '';
  return alphabet.findLast((letter) => compare(letter, character) < 0);
}
