/** Secrets of links, sessions and sign-ins: 256 random bits, of which only the hash is stored (see tenants/api-token.ts). */
import { hash, randomBytes } from 'node:crypto';

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** False for what cannot be a secret, so that nobody need look it up. */
export function looksLikeSecret(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

export function secretHash(secret: string): string {
  return hash('sha256', secret, 'hex');
}
