/**
 * Places for a bounded number of answers at a time. Anyone who finds none waits; of those who wait, the one goes next whose district
 * has the fewest answers under way, so that no district waits for all that another asks.
 */
import { type ErrorCode, fail } from '../../../shared/errors.ts';

/** When to ask again if there is no room, milliseconds. */
const retryAfterMs = 5000;

export interface PlaceLimits {
  /** Answers under way at a time: of all, and of one district. */
  most: number;
  mostOfOne: number;
  /** Questions that wait, likewise. */
  waiting: number;
  waitingOfOne: number;
  /** What those hear who may not even wait: for others, and for their own district. */
  refusals: {
    all: Extract<ErrorCode, 'PLANS_TOO_MANY' | 'ANSWERS_TOO_MANY'>;
    one: Extract<ErrorCode, 'PLAN_UNDER_WAY' | 'ANSWERS_UNDER_WAY'>;
  };
}

interface Waiting {
  who: string;
  grant(): void;
}

export class AnswerPlaces {
  readonly #limits: PlaceLimits;
  /** Answers under way, by district. */
  readonly #underWay = new Map<string, number>();
  #count = 0;
  #waiting: Waiting[] = [];

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /**
   * Resolves with a place when there is one.
   *
   * @param who the district, or who else shares its places
   * @returns gives the place back
   * @throws HallpassError the refusals; the signal's reason
   */
  async take(who: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.#isFreeFor(who)) await this.#wait(who, signal);
    else this.#enter(who);
    return () => this.#leave(who);
  }

  async #wait(who: string, signal: AbortSignal): Promise<void> {
    const { mostOfOne, waiting, waitingOfOne, refusals } = this.#limits;
    const own = this.#waiting.filter((one) => one.who === who).length;
    const isOwnFault = own >= waitingOfOne && (own > 0 || this.#of(who) >= mostOfOne);
    if (isOwnFault) throw fail(refusals.one, {}, { retryAfterMs });
    if (this.#waiting.length >= waiting) throw fail(refusals.all, {}, { retryAfterMs });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const mine: Waiting = { who, grant: resolve };
    this.#waiting.push(mine);
    const leave = () => {
      this.#waiting = this.#waiting.filter((one) => one !== mine);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    await promise.finally(() => signal.removeEventListener('abort', leave));
  }

  #of(who: string): number {
    return this.#underWay.get(who) ?? 0;
  }

  #isFreeFor(who: string): boolean {
    return this.#count < this.#limits.most && this.#of(who) < this.#limits.mostOfOne;
  }

  #enter(who: string): void {
    this.#count += 1;
    this.#underWay.set(who, this.#of(who) + 1);
  }

  #leave(who: string): void {
    this.#count -= 1;
    const left = this.#of(who) - 1;
    if (left > 0) this.#underWay.set(who, left);
    else this.#underWay.delete(who);
    const able = this.#waiting.filter((one) => this.#isFreeFor(one.who));
    // The first of several that have as few: sorting keeps their order.
    const [next] = able.toSorted((one, other) => this.#of(one.who) - this.#of(other.who));
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    this.#enter(next.who);
    next.grant();
  }
}
