/** Work under one key in order, and under different keys side by side. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Transactions of one tenant wait for each other at the server, each with a connection: without this, one tenant's could take all
   * of them.
   */
  async after<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
