/**
 * Long messages are unpacked and stored one at a time: a frame of a few kilobytes may be eight megabytes of JSON, and ten
 * agents that send such frames at once must not fill the memory. Short messages need no room and go on meanwhile.
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

  /** Resolves when the room is this agent's; who used less of the recent time is let in first. */
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
