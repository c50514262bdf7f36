/** Bounds concurrent work by its weight. Work heavier than the bound runs alone. */
export class InFlight {
  readonly #limit: number;
  readonly #work = new Set<Promise<void>>();
  #weight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts the work as soon as there is room. Rejects when earlier work has failed. */
  async begin(weight: number, work: () => Promise<void>): Promise<void> {
    while (this.#weight > 0 && this.#weight + weight > this.#limit) await Promise.race(this.#work);
    this.#weight += weight;
    const promise = work().then(() => {
      this.#weight -= weight;
      this.#work.delete(promise);
    });
    // Stays in the set so that the next caller to wait gets the failure.
    promise.catch(() => undefined);
    this.#work.add(promise);
  }

  /** Resolves when no work is running; then rejects with the first failure, if any. */
  async done(): Promise<void> {
    await Promise.allSettled(this.#work);
    await Promise.all(this.#work);
  }
}
