/** One-time codes with which an agent enrolls. */
import { hash, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Lifetime of a code, milliseconds. */
export const codeLifetimeMs = 10 * 60_000;

/** How long the operating system has been running: time that nobody sets. */
export interface Uptime {
  /** Identifies the current boot; null if the system does not provide it. */
  boot: string | null;
  ms: number;
}

/** The uptime of this computer, the same for all processes. */
export function systemUptime(): Uptime {
  return { boot: bootId(), ms: Math.round(uptime() * 1000) };
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

/**
 * Whether a code may still be used: by the clock, and by the computer's uptime if it has not restarted since the code was
 * issued. After a restart, a time before the issue shows that the clock was set back.
 */
export function isCodeAlive(
  code: { issued_at: string | null; expires_at: string; boot: string | null; uptime_ms: number | null },
  now: Date,
  { boot, ms }: Uptime,
): boolean {
  const time = now.toISOString();
  if (time >= code.expires_at) return false;
  const isSameStart = code.uptime_ms !== null && boot === code.boot && ms >= code.uptime_ms;
  if (isSameStart) return ms - (code.uptime_ms ?? 0) < codeLifetimeMs;
  return code.issued_at === null || time >= code.issued_at;
}

/** Crockford's base 32: no I, L, O or U, so that a code survives being read out over the telephone. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `XXXX-XXXX-XXXX`: 60 random bits, far more than can be tried in ten minutes at ten attempts a minute. */
export function newCode(): string {
  const letters = Array.from({ length: 12 }, () => alphabet[randomInt(alphabet.length)]);
  return [letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)].map((part) => part.join('')).join('-');
}

/** The stored hash of a code. Case, dashes and look-alike letters do not matter. */
export function codeHash(code: string): string {
  const letters = code
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return hash('sha256', letters, 'hex');
}
