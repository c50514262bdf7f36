/** What has changed in one bucket since the relay last acknowledged it. Pure; uses memory for this one bucket. */

/** Hash per record id. */
export type Hashes = Map<string, string>;

export class BucketDiff {
  readonly #before: ReadonlyMap<string, string>;
  readonly #now: Hashes = new Map();

  constructor(before: ReadonlyMap<string, string>) {
    this.#before = before;
  }

  /** Takes one record of the reading; returns true when it must be sent to the relay. */
  take(id: string, hash: string): boolean {
    this.#now.set(id, hash);
    return this.#before.get(id) !== hash;
  }

  /** The reading has a row with this id that cannot become a record: the last good record stays. */
  keep(id: string): void {
    const before = this.#before.get(id);
    if (before !== undefined && !this.#now.has(id)) this.#now.set(id, before);
  }

  /** Ids that the reading did not contain. They become deletions only when the reading is proven complete. */
  gone(): string[] {
    return [...this.#before.keys()].filter((id) => !this.#now.has(id));
  }

  /** The bucket after everything taken is acknowledged, with the missing records still in it. Ends the reading. */
  withGone(): Hashes {
    for (const [id, hash] of this.#before) if (!this.#now.has(id)) this.#now.set(id, hash);
    return this.#now;
  }
}
