/**
 * Limits how many answers are in progress at a time. Further questions wait; the next one comes from the district with
 * the fewest answers in progress, so no district waits for everything that another one asks.
 */
import { type ErrorCode, fail } from '../../../shared/errors.ts';

/** When to ask again if the queue is full, milliseconds. */
const retryAfterMs = 5000;

export interface PlaceLimits {
  /** Answers in progress at a time: in all, and for one district. */
  most: number;
  mostOfOne: number;
  /** Waiting questions, likewise. */
  waiting: number;
  waitingOfOne: number;
  /** The error when the queue is full: because of others, and because of the same district. */
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
  /** Answers in progress, by district. */
  readonly #underWay = new Map<string, number>();
  #count = 0;
  #waiting: Waiting[] = [];

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /**
   * Resolves with a place when there is one.
   *
   * @param who the district, or another group that shares its places
   * @returns a function that gives the place back
   * @throws HallpassError one of the refusals, or the signal's reason
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
