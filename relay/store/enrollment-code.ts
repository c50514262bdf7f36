/** One-time codes with which an agent enrolls. */
import { hash, randomInt } from 'node:crypto';

/** Lifetime of a code, milliseconds. */
export const codeLifetimeMs = 10 * 60_000;

/** Crockford's base 32: no I, L, O or U, so that a code survives being read out over the telephone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `XXXX-XXXX-XXXX`: 60 random bits, far more than can be tried in ten minutes at ten attempts a minute. */
export function newCode(): string {
  const letters = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]);
  return [letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)].map((part) => part.join('')).join('-');
}

/** What is stored of a code. Case, dashes and look-alike letters do not matter. */
export function codeHash(code: string): string {
  const letters = code
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return hash('sha256', letters, 'hex');
}
