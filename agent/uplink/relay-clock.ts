/** The relay's time, as far as its answers tell it: a computer whose clock is wrong still gets its tokens accepted. */
import type { Clock } from '../../shared/clock.ts';
import { clockToleranceSeconds } from '../../shared/link.ts';

/** No more than this is corrected: a clock that is days off fails at certificates as well, and has to be set. */
export const mostCorrectedMs = 24 * 3_600_000;
/** A Date header has whole seconds, and an answer takes its time. */
const noticedMs = 2000;

/** What a token's time is corrected by, for a measured difference. Pure. */
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

  /** The relay's time, milliseconds since the epoch; this computer's own until the relay has sent it. */
  now(): number {
    return this.#clock.now() + this.#correctionMs;
  }

  /**
   * Takes what an answer of the relay says of the time.
   *
   * @param at what its clock showed, milliseconds since the epoch; undefined for an answer that does not say
   * @returns how far the clocks are apart, when that is news and more than the relay tolerates; milliseconds
   */
  hear(at: number | undefined): number | undefined {
    if (at === undefined || !Number.isFinite(at)) return undefined;
    const correction = correctionFor(at - this.#clock.now());
    const isNews = Math.abs(correction - this.#correctionMs) > clockToleranceSeconds * 500;
    this.#correctionMs = correction;
    return isNews && Math.abs(correction) > clockToleranceSeconds * 1000 ? correction : undefined;
  }
}
