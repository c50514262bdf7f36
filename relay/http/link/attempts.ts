/** Limits refused attempts per address: it stops guessing, and does not affect valid clients. */
import { fail, type HallpassError } from '../../../shared/errors.ts';

/** Addresses watched at a time; a new one replaces the oldest. */
const maxAddresses = 10_000;
const windowMs = 60_000;

/** At most `perMinute` counted attempts per address and minute. */
export class AttemptLimit {
  readonly #perMinute: number;
  readonly #seen = new Map<string, { count: number; endsAt: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** ATTEMPTS_EXCEEDED with the time until the address may try again; undefined if it may try now. */
  exceeded(address: string, nowMs: number): HallpassError | undefined {
    const window = this.#open(address, nowMs);
    if (window === undefined || window.count < this.#perMinute) return undefined;
    return fail('ATTEMPTS_EXCEEDED', {}, { retryAfterMs: window.endsAt - nowMs });
  }

  count(address: string, nowMs: number): void {
    const window = this.#open(address, nowMs);
    if (window !== undefined) {
      window.count += 1;
      return;
    }
    this.#seen.delete(address);
    if (this.#seen.size >= maxAddresses) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    this.#seen.set(address, { count: 1, endsAt: nowMs + windowMs });
  }

  /** Resets the count of an address. */
  forgive(address: string): void {
    this.#seen.delete(address);
  }

  /** The error for a refused attempt: its own, or ATTEMPTS_EXCEEDED after too many. */
  refuse(address: string, nowMs: number, error: HallpassError): HallpassError {
    const exceeded = this.exceeded(address, nowMs);
    if (exceeded === undefined) this.count(address, nowMs);
    return exceeded ?? error;
  }

  #open(address: string, nowMs: number) {
    const window = this.#seen.get(address);
    // A window that seems to end later than possible began before the clock was set back.
    return window !== undefined && window.endsAt > nowMs && window.endsAt <= nowMs + windowMs ? window : undefined;
  }
}
