/** How often an address was refused: a limit for those who guess, not for those who are right. */
import { fail, type HallpassError } from '../../../shared/errors.ts';

/** Addresses watched at once; the one that was seen first is forgotten when a new one comes. */
const maxAddresses = 10_000;
const windowMs = 60_000;

/** At most `perMinute` counted attempts of one address in a minute. */
export class AttemptLimit {
  readonly #perMinute: number;
  readonly #seen = new Map<string, { count: number; endsAt: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** ATTEMPTS_EXCEEDED with the time until the address may try again; undefined while it may. */
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

  /** Forgets what was counted. */
  forgive(address: string): void {
    this.#seen.delete(address);
  }

  /** What a refused attempt is answered: its own error, or ATTEMPTS_EXCEEDED once there were too many. */
  refuse(address: string, nowMs: number, error: HallpassError): HallpassError {
    const exceeded = this.exceeded(address, nowMs);
    if (exceeded === undefined) this.count(address, nowMs);
    return exceeded ?? error;
  }

  #open(address: string, nowMs: number) {
    const window = this.#seen.get(address);
    // One that seems to end later than it can was begun before the clock was set back.
    return window !== undefined && window.endsAt > nowMs && window.endsAt <= nowMs + windowMs ? window : undefined;
  }
}
