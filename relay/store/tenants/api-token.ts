/** What a token of the API looks like. */
import { hash, randomBytes } from 'node:crypto';

/** By it people and scanners for leaked secrets recognize a token of Hallpass. */
const prefix = 'hallpass_';

/** 256 random bits behind the prefix: nothing that could be tried out. */
export function newToken(): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** False for what cannot be a token, so that nobody need look it up. */
export function looksLikeToken(text: string): boolean {
  return /^hallpass_[\w-]{43}$/.test(text);
}

/**
 * What is stored of a token. One round of SHA-256 is enough where the secret is random: salts and slow hashes protect
 * those that people choose. Looking up by hash also leaves nothing to measure of how much of a guess was right.
 */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}
