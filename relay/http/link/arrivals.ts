/**
 * Limits how many agents are connecting at a time: from their request until their welcome. Without a limit, a fleet that
 * connects at once waits in the database's queue for longer than an agent may take to say hello; all of them try again,
 * and the relay has worked for connections that are gone.
 *
 * Each refused agent gets a time to come back, one after another, at the pace of recent arrivals.
 */

/** Between two arrivals, before any were measured, milliseconds: the pace at which a drained fleet returns (fleet.ts). */
const firstPaceMs = 5;
/** The weight of one arrival in the pace. */
const weight = 0.05;
/** A longer gap than this is not the relay's work, milliseconds. */
const slowestMs = 250;
/** The earliest and the latest time to come back, milliseconds: nobody knows the pace of a later minute. */
const soonestMs = 1000;
const latestMs = 60_000;

export class Arrivals {
  readonly #most: number;
  #underWay = 0;
  #paceMs = firstPaceMs;
  #endedAt = Number.NEGATIVE_INFINITY;
  /** The time given to the agent that was refused last. */
  #promised = Number.NEGATIVE_INFINITY;

  /** @param most at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the latest one exceeds the limit. */
  get isFull(): boolean {
    return this.#underWay > this.#most;
  }

  /**
   * @param now returns monotonic milliseconds
   * @returns a function to call once, when the agent has arrived or gone; further calls have no effect
   */
  begin(now: () => number): (how: 'arrived' | 'gone') => void {
    this.#underWay += 1;
    let isOver = false;
    return (how) => {
      if (isOver) return;
      isOver = true;
      this.#underWay -= 1;
      if (how === 'arrived') this.#measure(now());
    };
  }

  /** The time until a refused agent should come back, milliseconds. @param now monotonic milliseconds */
  comeBackAfterMs(now: number): number {
    const at = Math.min(Math.max(this.#promised, now + soonestMs), now + latestMs);
    this.#promised = at + this.#paceMs;
    return at - now;
  }

  /** Gaps count only while many are connecting: between single arrivals, the relay is idle. */
  #measure(now: number): void {
    const ms = Math.min(slowestMs, now - this.#endedAt);
    this.#endedAt = now;
    if (this.#underWay < this.#most / 2) return;
    this.#paceMs += (ms - this.#paceMs) * weight;
  }
}
