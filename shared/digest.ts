/**
 * Digests decide what is sent. A record's hash is the first 16 bytes of SHA-256 over the tenant's salt and the record's
 * canonical JSON; a bucket's digest is the sum of its hashes modulo 2^128, with the count. Adding or removing a record
 * is one addition, order does not matter, and both sides can recompute it at any time.
 *
 * Because of the salt, anyone who finds the agent's files cannot look up students' names by their hashes.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { RosterRecord } from './roster.ts';

const modulus = 1n << 128n;

export interface Digest {
  count: number;
  sum: bigint;
}

/** A digest on the wire and on disk: the sum as 32 hexadecimal digits. */
export const digestTextSchema = z.strictObject({ count: z.int().min(0), sum: z.string().regex(/^[0-9a-f]{32}$/) });
export type DigestText = z.infer<typeof digestTextSchema>;

export const emptyDigest: Digest = { count: 0, sum: 0n };

/** JSON with sorted keys and no undefined values: the same record gives the same bytes on every machine. */
export function canonicalJson(record: RosterRecord): string {
  // The agent builds its records in this order, which saves three quarters of the time.
  if (isSorted(Object.keys(record))) return JSON.stringify(record);
  return JSON.stringify(Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** 32 hexadecimal digits: SHA-256(salt, newline, canonical JSON), cut to 16 bytes. */
export function recordHash(salt: string, record: RosterRecord): string {
  return canonicalHash(salt, canonicalJson(record));
}

/** {@link recordHash} for a record whose canonical JSON is already at hand. */
export function canonicalHash(salt: string, json: string): string {
  return hash('sha256', `${salt}\n${json}`, 'hex').slice(0, 32);
}

function isSorted(names: readonly string[]): boolean {
  for (let at = 1; at < names.length; at += 1) if ((names[at - 1] ?? '') > (names[at] ?? '')) return false;
  return true;
}

export function addHash(digest: Digest, recordHashHex: string): Digest {
  return { count: digest.count + 1, sum: (digest.sum + BigInt(`0x${recordHashHex}`)) % modulus };
}

export function removeHash(digest: Digest, recordHashHex: string): Digest {
  return { count: digest.count - 1, sum: (digest.sum - BigInt(`0x${recordHashHex}`) + modulus) % modulus };
}

export function digestOf(hashes: Iterable<string>): Digest {
  let count = 0;
  let sum = 0n;
  for (const hex of hashes) {
    count += 1;
    sum += BigInt(`0x${hex}`);
  }
  return { count, sum: sum % modulus };
}

export function digestToText(digest: Digest): DigestText {
  return { count: digest.count, sum: digest.sum.toString(16).padStart(32, '0') };
}

export function digestFromText(text: DigestText): Digest {
  return { count: text.count, sum: BigInt(`0x${text.sum}`) };
}

export function sameDigest(a: DigestText, b: DigestText): boolean {
  return a.count === b.count && a.sum === b.sum;
}
