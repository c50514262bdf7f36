/** What has changed in one bucket since the relay last acknowledged it. Pure; memory is that of the one bucket. */

/** Hash per record id. */
export type Hashes = Map<string, string>;

export class BucketDiff {
  readonly #before: ReadonlyMap<string, string>;
  readonly #now: Hashes = new Map();

  constructor(before: ReadonlyMap<string, string>) {
    this.#before = before;
  }

  /** Takes one record of the reading; true when the relay must get it. */
  take(id: string, hash: string): boolean {
    this.#now.set(id, hash);
    return this.#before.get(id) !== hash;
  }

  /** The reading has a row of this id that no record can be made of: what was good before stays as it is. */
  keep(id: string): void {
    const before = this.#before.get(id);
    if (before !== undefined && !this.#now.has(id)) this.#now.set(id, before);
  }

  /** Ids that the reading did not have. Only a reading proven complete makes them deletions. */
  gone(): string[] {
    return [...this.#before.keys()].filter((id) => !this.#now.has(id));
  }

  /** The bucket once all that was taken is acknowledged and what is gone still stands. Ends the reading. */
  withGone(): Hashes {
    for (const [id, hash] of this.#before) if (!this.#now.has(id)) this.#now.set(id, hash);
    return this.#now;
  }
}
