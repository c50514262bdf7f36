/**
 * Unpacks and stores long messages one at a time: a frame of a few kilobytes may be eight megabytes of JSON, and ten
 * agents that send such frames at once must not fill the memory. Short messages do not wait for it.
 */
import { leastUsed, type Share } from './turns.ts';

export class Room {
  readonly #waiting: { share: Share; grant: () => void }[] = [];
  readonly #now: () => number;
  #isTaken = false;

  /** @param now monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Resolves when it is this agent's turn; the agent with less recent use goes first. */
  enter(share: Share): Promise<void> {
    return new Promise((grant) => {
      this.#waiting.push({ share, grant });
      this.#next();
    });
  }

  leave(): void {
    this.#isTaken = false;
    this.#next();
  }

  #next(): void {
    if (this.#isTaken || this.#waiting.length === 0) return;
    const [next] = this.#waiting.splice(leastUsed(this.#waiting, this.#now()), 1);
    this.#isTaken = true;
    next?.grant();
  }
}
