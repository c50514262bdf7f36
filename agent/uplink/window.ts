/**
 * Sequence numbers, credit and cumulative acknowledgments of one connection. Batches and commits need credit; the
 * beginning of a cycle has a number too, but is acknowledged only together with what follows.
 */
export class AckWindow {
  readonly #credit: number;
  #sent = 0;
  #acked = 0;
  /** Numbers of unacknowledged batches and commits, ascending. */
  #open: number[] = [];
  #failure: unknown;
  #waiters: { ready: () => boolean; resolve: () => void; reject: (reason: unknown) => void }[] = [];

  constructor(credit: number) {
    this.#credit = credit;
  }

  /** True while an acknowledgment is due. */
  get owed(): boolean {
    return this.#open.length > 0;
  }

  /** The number of a message that needs no credit. */
  next(): number {
    this.#sent += 1;
    return this.#sent;
  }

  /**
   * Gives a batch or commit its number as soon as there is credit. `use` sends it in the same turn, so that numbers
   * leave in order whoever asks. Rejects with the failure of the connection.
   */
  async take<T>(use: (seq: number) => T): Promise<T> {
    // Several callers may wait for the same credit: the second one waits again.
    while (this.#open.length >= this.#credit || this.#failure !== undefined) {
      await this.#until(() => this.#open.length < this.#credit);
    }
    const seq = this.next();
    this.#open.push(seq);
    return use(seq);
  }

  /** Everything up to `seq` is durable. Returns false when the number is impossible. */
  acknowledge(seq: number): boolean {
    if (seq > this.#sent) return false;
    this.#acked = Math.max(this.#acked, seq);
    this.#open = this.#open.filter((open) => open > this.#acked);
    this.#wake();
    return true;
  }

  /** Resolves when `seq` is acknowledged. */
  acknowledged(seq: number): Promise<void> {
    return this.#until(() => this.#acked >= seq);
  }

  /** The connection is gone: rejects everything that waits. */
  fail(reason: unknown): void {
    this.#failure = reason;
    this.#open = [];
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
  }

  async #until(ready: () => boolean): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (ready()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.push({ ready, resolve, reject });
    return promise;
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) {
      if (waiter.ready()) waiter.resolve();
      else this.#waiters.push(waiter);
    }
  }
}
