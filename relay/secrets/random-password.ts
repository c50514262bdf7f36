/** First passwords: random for each person. */
import { randomInt } from 'node:crypto';
import type { PasswordPolicy } from '../profile/accounts.ts';

/** Microsoft Entra requires three of the four classes; we use all four. */
const classes = {
  all: ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789', '!#$%&*+-=?@_'],
  readable: ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '#%*+=?'],
};

/**
 * A password of the policy's length that begins with a letter: spreadsheets take a cell that begins with a sign for a
 * formula. With the defaults it has 80 bits of entropy.
 *
 * @param random returns whole numbers from 0 up to, but not including, its argument
 */
export function randomPassword(
  { length, readable }: PasswordPolicy,
  random: (below: number) => number = randomInt,
): string {
  const alphabets = readable ? classes.readable : classes.all;
  const [lower = '', upper = ''] = alphabets;
  const pick = (alphabet: string): string => alphabet.charAt(random(alphabet.length));
  const rest = [...alphabets.map(pick), ...Array.from({ length }, () => pick(alphabets.join('')))].slice(0, length - 1);
  // Fisher–Yates: puts the required classes in random places.
  for (let at = rest.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [rest[at], rest[other]] = [rest[other] ?? '', rest[at] ?? ''];
  }
  return pick(lower + upper) + rest.join('');
}
