/**
 * Agents that arrive: from their request until they have their welcome. Without a bound, a fleet that comes at once waits in the
 * database's queue longer than an agent may take to greet; all come again, and the relay has worked for those who are gone.
 */

export class Arrivals {
  readonly #most: number;
  #underWay = 0;

  /** @param most at once */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the one that began last is one too many. */
  get isFull(): boolean {
    return this.#underWay > this.#most;
  }

  /** @returns to be called when it has arrived, or will not; again without effect */
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
