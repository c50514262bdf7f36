/**
 * Decides whose message is worked on next. All agents share one thread and one database. If others wait, an agent's turn
 * lasts a few milliseconds or one transaction, and the agent with less recent use goes first. The event loop gets its
 * turn just as often, so requests, pings and timers are served whatever agents send.
 */

/** Working time after which the event loop gets its turn, milliseconds. */
const sliceMs = 4;
/** Half-life of recorded use, milliseconds. */
const halfLifeMs = 5000;
/** What a megabyte of frames costs in addition to the time to work on it, milliseconds. */
const msPerMegabyte = 2;

/** One agent's share of the relay's time. It outlives a connection, so that reconnecting does not renew it. */
export class Share {
  #used = 0;
  #at = 0;

  /** Milliseconds of work in the recent past. */
  used(now: number): number {
    return this.#used * 0.5 ** (Math.max(0, now - this.#at) / halfLifeMs);
  }

  add(ms: number, now: number): void {
    this.#used = this.used(now) + ms;
    this.#at = now;
  }
}

/** The waiting agent with the least use; the first of several with the same. */
export function leastUsed(waiting: readonly { share: Share }[], now: number): number {
  let least = 0;
  let leastMs = Number.POSITIVE_INFINITY;
  for (const [at, { share }] of waiting.entries()) {
    const used = share.used(now);
    if (used < leastMs) [least, leastMs] = [at, used];
  }
  return least;
}

export interface TurnsOptions {
  /** Monotonic milliseconds. */
  now?: () => number;
  /** Lets everything else that is due run first. */
  yieldTo?: (next: () => void) => void;
}

export class Turns {
  readonly #now: () => number;
  readonly #yieldTo: (next: () => void) => void;
  readonly #waiting: { share: Share; grant: () => void }[] = [];
  #beganAt: number | undefined;
  #yieldedAt = Number.NEGATIVE_INFINITY;
  #yielding = false;

  constructor({ now = () => performance.now(), yieldTo = setImmediate }: TurnsOptions = {}) {
    this.#now = now;
    this.#yieldTo = (next) => void yieldTo(next);
  }

  /** Resolves when it is this agent's turn, which lasts until {@link end}. */
  begin(share: Share): Promise<void> {
    return new Promise((grant) => {
      this.#waiting.push({ share, grant });
      this.#next();
    });
  }

  /** True when the turn under way has lasted long enough for the others to have theirs. */
  get isLong(): boolean {
    return this.#beganAt !== undefined && this.#now() - this.#beganAt >= sliceMs;
  }

  /**
   * @param bytes processed in this turn
   * @returns how long the turn was, milliseconds
   */
  end(share: Share, bytes = 0): number {
    const now = this.#now();
    const ms = now - (this.#beganAt ?? now);
    share.add(ms + (bytes / 2 ** 20) * msPerMegabyte, now);
    this.#beganAt = undefined;
    this.#next();
    return ms;
  }

  #next(): void {
    if (this.#beganAt !== undefined || this.#yielding || this.#waiting.length === 0) return;
    const now = this.#now();
    if (now - this.#yieldedAt >= sliceMs) {
      this.#yielding = true;
      this.#yieldTo(() => {
        this.#yielding = false;
        this.#yieldedAt = this.#now();
        this.#next();
      });
      return;
    }
    const [next] = this.#waiting.splice(leastUsed(this.#waiting, now), 1);
    this.#beganAt = now;
    next?.grant();
  }
}
