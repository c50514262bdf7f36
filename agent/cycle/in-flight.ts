/** Work under way, bounded by its weight. Work that is heavier than the bound goes alone. */
export class InFlight {
  readonly #limit: number;
  readonly #work = new Set<Promise<void>>();
  #weight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Begins as soon as there is room. Rejects when earlier work has failed. */
  async begin(weight: number, work: () => Promise<void>): Promise<void> {
    while (this.#weight > 0 && this.#weight + weight > this.#limit) await Promise.race(this.#work);
    this.#weight += weight;
    const promise = work().then(() => {
      this.#weight -= weight;
      this.#work.delete(promise);
    });
    // Stays among the work, so that the next one to wait meets the failure.
    promise.catch(() => undefined);
    this.#work.add(promise);
  }

  /** Resolves when nothing is under way anymore; rejects with the first failure then. */
  async done(): Promise<void> {
    await Promise.allSettled(this.#work);
    await Promise.all(this.#work);
  }
}
