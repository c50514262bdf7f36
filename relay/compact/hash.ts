/** Hashes for tables of numbers. Nothing visible depends on them: every container keeps the order of insertion. */
import { randomBytes } from 'node:crypto';

/** Differs from process to process, as V8's own does: nobody who sends ids can choose those that all collide. */
const seed = randomBytes(4).readUInt32LE();

const prime = 0x0100_0193;

/** FNV-1a over UTF-16 units. @returns 32 bits, unsigned */
export function hashOf(text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return mixed(hash);
}

/** The same for a Latin-1 text, one byte per unit. */
export function hashOfBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = seed;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), prime);
  return mixed(hash);
}

/** MurmurHash3's final step: spreads consecutive ids far apart. @returns 32 bits, unsigned */
export function mixed(number: number): number {
  let hash = number ^ (number >>> 16);
  hash = Math.imul(hash, 0x85eb_ca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
