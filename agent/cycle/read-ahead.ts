/** Keeps PowerSchool busy: requests the next buckets while the current one is processed. */

import type { Page } from '../model/source.ts';
import type { Change } from './plan.ts';

/**
 * How many buckets are requested ahead. Most take one request; with a second one running, a small bucket between two
 * large ones keeps neither side waiting. Each costs the memory of a page.
 */
const ahead = 2;

const nothing: AsyncIterable<Page> = (async function* () {})();

export class ReadAhead {
  readonly #changes: readonly Change[];
  readonly #read: (change: Change) => AsyncIterable<Page>;
  readonly #begun = new Map<Change, AsyncIterable<Page>>();

  /**
   * @param changes in the order in which they will be taken
   * @param read makes the first request of a bucket's reading at once
   */
  constructor(changes: readonly Change[], read: (change: Change) => AsyncIterable<Page>) {
    this.#changes = changes;
    this.#read = read;
  }

  /** Starts the readings after this one. */
  beginAfter(index: number): void {
    for (const change of this.#changes.slice(index + 1, index + 1 + ahead)) this.#begin(change);
  }

  /** The reading of a bucket, reusing the one already started if there is one. */
  take(change: Change): AsyncIterable<Page> {
    const pages = this.#begin(change);
    this.#begun.delete(change);
    return pages;
  }

  #begin(change: Change): AsyncIterable<Page> {
    const pages = this.#begun.get(change) ?? (change.unwanted ? nothing : this.#read(change));
    this.#begun.set(change, pages);
    return pages;
  }
}
