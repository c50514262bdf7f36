/**
 * Names in the letters that a user name may have. Letters with marks lose them (Šimić → Simic, by Unicode's
 * compatibility decomposition); other letters of Latin orthographies have a table (latin-letters.ts). Names with
 * non-Latin letters are refused: half a name would be someone else's.
 */
import { codeOf, scriptOf } from '../../shared/invisible.ts';
import { apostropheLetters, plainLetters } from './latin-letters.ts';

/**
 * Lower-case letters, digits and hyphens; removes apostrophes, blanks and other signs (O'Neil → oneil, Kaʻahumanu →
 * kaahumanu, Ana María → anamaria). Undefined when a letter has no counterpart, or nothing is left.
 */
export function transliterate(text: string): string | undefined {
  const letters = plainText(text);
  if (foreignIn(letters) !== undefined) return undefined;
  const kept = letters.replace(/[\u2010-\u2015\u2212]/g, '-').replace(/[^a-z0-9-]/g, '');
  return kept === '' ? undefined : kept;
}

/** Why {@link transliterate} returns nothing for the text, as the end of a sentence. */
export function foreignness(text: string): string {
  // As people write it: a Korean syllable, not the first of its letters.
  const written = [...text.normalize('NFC')].find((letter) => foreignIn(plainText(letter)) !== undefined);
  const foreign = written ?? foreignIn(plainText(text));
  if (foreign === undefined) return 'it has no letter or digit that a user name may have';
  const sign = /\p{N}/u.test(foreign) ? 'digit' : 'letter';
  const named = `"${foreign}" (${codeOf(foreign)})`;
  if (/\p{Script=Latin}/u.test(foreign)) return `${named} is a Latin ${sign} without a spelling in a to z`;
  return `${named} is a ${sign} ${scriptWords(scriptOf(foreign))}`;
}

function scriptWords(script: string): string {
  return script.startsWith('of ') ? script : `of the ${script} script`;
}

function plainText(text: string): string {
  const lower = decomposed(decomposed(text).toLowerCase());
  const letters = [...lower].map((letter) => plainLetters.get(letter) ?? letter).join('');
  return letters.replace(apostropheLetters, '');
}

/** Twice, before and after the change of case: Unicode's lower case of some letters decomposes again. */
function decomposed(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '');
}

function foreignIn(letters: string): string | undefined {
  return /[^\P{L}a-z]/u.exec(letters)?.[0] ?? /[^\P{N}0-9]/u.exec(letters)?.[0];
}
