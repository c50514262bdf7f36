/**
 * One of Graph's limits, kept below by ourselves. A 429 can come all the same, because other applications share a tenant: then the
 * rate is halved, nothing is sent before Retry-After, and what was saved up is withheld. Both come back step by step: within ten
 * seconds after a 429 that comes alone, which is a server's bad moment, and more slowly when more follow, because then somebody else
 * uses the limit.
 */
import type { Clock } from '../../shared/clock.ts';
import { type Asking, FairQueue } from './fair-queue.ts';

/**
 * The share of a documented limit that is used. The rest absorbs the difference between our clock and Graph's; a large
 * first sync takes 1 / share times as long as the limit requires.
 */
const share = 0.96;
/** The rate recovers by a tenth of the nominal one, from a half in five steps. */
const shortestStepMs = 2000;
const longestStepMs = 10_000;
/** A 429 this long after the previous one counts as a separate event. */
const aloneAfterMs = 60_000;
/** Nobody reads why a wait ended: one shared reason saves creating an error with a stack each time. */
const nextChanged = 'another one may be next';
/** Several answers in one batch, and in concurrent ones, report the same event. */
const sameEventMs = 1000;

export interface Limit {
  amount: number;
  perSeconds: number;
}

interface Waiter extends Asking {
  grant(): void;
}

/** A token bucket: `capacity` at once, refilled continuously. Who is served next is for {@link FairQueue} to say. */
export class TokenBucket {
  readonly #clock: Clock;
  #capacity: number;
  #nominalPerMs: number;
  #perMs: number;
  #tokens: number;
  #at: number;
  #pausedUntil = 0;
  #slowedAt = Number.NEGATIVE_INFINITY;
  #stepMs = shortestStepMs;
  #recoverAt = 0;
  /** Tokens that come back when the rate does. */
  #withheld = 0;
  readonly #queue = new FairQueue<Waiter>();
  /** Ends the wait for tokens, while there is one: somebody else may be next. */
  #waiting: AbortController | undefined;

  constructor(limit: Limit, clock: Clock) {
    this.#clock = clock;
    this.#capacity = limit.amount * share;
    this.#nominalPerMs = (limit.amount * share) / (limit.perSeconds * 1000);
    this.#perMs = this.#nominalPerMs;
    this.#tokens = this.#capacity;
    this.#at = clock.now();
  }

  /**
   * Resolves when `amount` tokens are available and have been taken.
   *
   * @param tenant whose they are, where several share the limit
   * @throws the signal's reason
   */
  take(amount: number, signal: AbortSignal, tenant: object = this, isUrgent = false): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal.aborted) {
      reject(signal.reason);
      return promise;
    }
    const waiter: Waiter = { tenant, amount, isUrgent, grant: resolve };
    const withdraw = () => {
      this.#queue.remove(waiter);
      reject(signal.reason);
      this.#waiting?.abort(nextChanged);
    };
    signal.addEventListener('abort', withdraw, { once: true });
    this.#queue.push(waiter);
    if (this.#waiting === undefined) void this.#serve();
    else if (isUrgent) this.#waiting.abort(nextChanged);
    return promise.finally(() => signal.removeEventListener('abort', withdraw));
  }

  /** Changes the limit. What was taken stays taken, and a rate lowered by a 429 stays proportionally lower. */
  resize({ amount, perSeconds }: Limit): void {
    this.#refill();
    const lowered = this.#perMs / this.#nominalPerMs;
    this.#tokens += amount * share - this.#capacity;
    this.#capacity = amount * share;
    this.#nominalPerMs = this.#capacity / (perSeconds * 1000);
    this.#perMs = this.#nominalPerMs * lowered;
  }

  /** After a 429 from Graph: nothing for `waitMs`, then half the rate, without a burst. */
  slowDown(waitMs: number): void {
    this.#refill();
    const now = this.#clock.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + waitMs);
    const sinceLast = now - this.#slowedAt;
    if (sinceLast >= sameEventMs) {
      this.#slowedAt = now;
      this.#stepMs = sinceLast > aloneAfterMs ? shortestStepMs : Math.min(longestStepMs, this.#stepMs * 2);
      this.#withheld += Math.max(this.#tokens, 0);
      this.#tokens = Math.min(this.#tokens, 0);
      this.#perMs = Math.max(this.#perMs / 2, this.#nominalPerMs / 20);
    }
    this.#recoverAt = this.#pausedUntil + this.#stepMs;
  }

  /** Until nobody waits. */
  async #serve(): Promise<void> {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      const ms = this.#waitFor(next.amount);
      if (ms > 0) {
        this.#waiting = new AbortController();
        await this.#clock.sleep(ms, this.#waiting.signal).catch(() => undefined);
        continue;
      }
      this.#tokens -= next.amount;
      this.#queue.shift();
      next.grant();
    }
    this.#waiting = undefined;
  }

  /** @returns 0 when they are there */
  #waitFor(amount: number): number {
    this.#refill();
    const now = this.#clock.now();
    const needed = Math.min(amount, this.#capacity);
    if (this.#pausedUntil <= now && this.#tokens >= needed) return 0;
    // The next step of a rate that recovers may bring them sooner.
    const toStep = this.#perMs < this.#nominalPerMs ? this.#recoverAt - now : Number.POSITIVE_INFINITY;
    const forTokens = Math.min(toStep, Math.max(0, (needed - this.#tokens) / this.#perMs));
    return Math.max(1, Math.ceil(Math.max(forTokens, this.#pausedUntil - now)));
  }

  #refill(): void {
    const now = this.#clock.now();
    // If the clock was set back by hours, waiting callers must not wait for those hours again.
    const back = Math.max(0, this.#at - now);
    this.#at -= back;
    this.#pausedUntil -= back;
    this.#recoverAt -= back;
    this.#slowedAt -= back;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    for (; this.#perMs < this.#nominalPerMs && now >= this.#recoverAt; this.#recoverAt += this.#stepMs) this.#recover();
  }

  #recover(): void {
    const step = this.#nominalPerMs / 10;
    // Rounding must not make one more of what is missing.
    const stepsLeft = Math.max(1, Math.ceil((this.#nominalPerMs - this.#perMs) / step - 1e-9));
    const back = this.#withheld / stepsLeft;
    this.#withheld -= back;
    this.#tokens = Math.min(this.#capacity, this.#tokens + back);
    this.#perMs = stepsLeft === 1 ? this.#nominalPerMs : this.#perMs + step;
  }
}
