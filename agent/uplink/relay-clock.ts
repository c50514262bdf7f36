/** The relay's time, as far as its answers show it: a computer whose clock is wrong still gets its tokens accepted. */
import type { Clock } from '../../shared/clock.ts';
import { clockToleranceSeconds } from '../../shared/link.ts';

/** The largest correction: a clock that is days off also fails at certificates, and has to be set. */
export const mostCorrectedMs = 24 * 3_600_000;
/** A Date header has whole seconds, and an answer takes some time. */
const noticedMs = 2000;

/** The correction of a token's time for a measured difference. Pure. */
export function correctionFor(skewMs: number): number {
  const off = Math.abs(skewMs);
  return off < noticedMs || off > mostCorrectedMs ? 0 : skewMs;
}

export class RelayClock {
  readonly #clock: Clock;
  #correctionMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The relay's time, in milliseconds since the epoch; this computer's own until the relay has sent it. */
  now(): number {
    return this.#clock.now() + this.#correctionMs;
  }

  /**
   * Takes the time from an answer of the relay.
   *
   * @param at the relay's time, in milliseconds since the epoch; undefined for an answer without it
   * @returns the difference between the clocks in milliseconds, if it is new and larger than the relay tolerates
   */
  hear(at: number | undefined): number | undefined {
    if (at === undefined || !Number.isFinite(at)) return undefined;
    const correction = correctionFor(at - this.#clock.now());
    const isNews = Math.abs(correction - this.#correctionMs) > clockToleranceSeconds * 500;
    this.#correctionMs = correction;
    return isNews && Math.abs(correction) > clockToleranceSeconds * 1000 ? correction : undefined;
  }
}
