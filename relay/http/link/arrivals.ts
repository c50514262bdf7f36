/**
 * Limits how many agents are connecting at a time: from their request until their welcome. Without a limit, a fleet that
 * connects at once waits in the database's queue for longer than an agent may take to say hello; all of them try again,
 * and the relay has worked for connections that are gone.
 */

export class Arrivals {
  readonly #most: number;
  #underWay = 0;

  /** @param most at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the latest one exceeds the limit. */
  get isFull(): boolean {
    return this.#underWay > this.#most;
  }

  /** @returns a function to call once, when the agent has arrived or gone; further calls have no effect */
  begin(): () => void {
    this.#underWay += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#underWay -= 1;
    };
  }
}
