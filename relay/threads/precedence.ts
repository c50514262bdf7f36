/**
 * Short turns go before loads. An edit takes a few steps, and behind each of them would wait what three districts that load have under
 * way: so a load pauses around its requests while a turn with few requests is under way, in whatever thread. It loses no more than
 * half of its time by that, and nothing where Graph's limits decide how fast it is.
 */

/** A turn counts as short until it has asked the budget so often; an edit asks three to ten times. Time says nothing on a busy machine. */
const shortAsks = 16;
/** What a load that has worked for long may pause at once, milliseconds; it has to work as long before it pauses so long again. */
const mostPauseMs = 2000;

/** How often a turn has asked the budget, seen from the main thread. */
export interface ShortTurn {
  /** It asks once more. */
  ask(): void;
  /** To be called at the end of the turn; again without effect. */
  end(): void;
}

/** The number of short turns under way, which all threads see. */
export class ShortTurns {
  readonly shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  begin(): ShortTurn {
    Atomics.add(this.shared, 0, 1);
    let asks = 0;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      Atomics.sub(this.shared, 0, 1);
      Atomics.notify(this.shared, 0);
    };
    const ask = () => {
      asks += 1;
      if (asks > shortAsks) end();
    };
    return { ask, end };
  }
}

/** One turn in its own thread, as it gives way to short ones. */
export class GivesWay {
  readonly #shared: Int32Array;
  readonly #now: () => number;
  #asks = 0;
  #pausing: Promise<void> | undefined;
  /** What it may pause, milliseconds, at the end of its last pause; since then it grows with the time that it works. */
  #left = mostPauseMs;
  #workedSince: number;

  /** @param shared {@link ShortTurns.shared} @param now monotonic milliseconds */
  constructor(shared: Int32Array, now: () => number = () => performance.now()) {
    this.#shared = shared;
    this.#now = now;
    this.#workedSince = now();
  }

  /** It asks the budget once more. */
  ask(): void {
    this.#asks += 1;
  }

  /** Resolves when the turn may go on: at once, unless it is a load and short turns are under way. */
  async pass(): Promise<void> {
    if (this.#asks <= shortAsks) return;
    this.#pausing ??= this.#pause().finally(() => {
      this.#pausing = undefined;
    });
    await this.#pausing;
  }

  async #pause(): Promise<void> {
    const from = this.#now();
    const may = Math.min(mostPauseMs, this.#left + from - this.#workedSince);
    const until = from + may;
    for (let now = from; now < until; now = this.#now()) {
      const turns = Atomics.load(this.#shared, 0);
      if (turns === 0) break;
      await Atomics.waitAsync(this.#shared, 0, turns, until - now).value;
    }
    this.#workedSince = this.#now();
    this.#left = may - (this.#workedSince - from);
  }
}
