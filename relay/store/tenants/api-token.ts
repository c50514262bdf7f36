/** The format of API tokens. */
import { hash, randomBytes } from 'node:crypto';

/** People and secret scanners recognize Hallpass tokens by it. */
const prefix = 'hallpass_';

/** 256 random bits after the prefix, which cannot be guessed. */
export function newToken(): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** False for text that cannot be a token, which saves a look-up. */
export function looksLikeToken(text: string): boolean {
  return /^hallpass_[\w-]{43}$/.test(text);
}

/**
 * What is stored of a token. One round of SHA-256 is enough where the secret is random: salts and slow hashes protect
 * those that people choose. Looking up by hash also prevents timing attacks.
 */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}
