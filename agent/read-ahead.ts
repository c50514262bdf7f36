/** Keeps PowerSchool busy: the next bucket is asked for while the one before it is worked on. */
import type { Change } from './plan.ts';
import type { Page } from './source.ts';

const nothing: AsyncIterable<Page> = (async function* () {})();

export class ReadAhead {
  readonly #read: (change: Change) => AsyncIterable<Page>;
  #begun: { change: Change; pages: AsyncIterable<Page> } | undefined;

  /** @param read makes the first request of a bucket's reading at once */
  constructor(read: (change: Change) => AsyncIterable<Page>) {
    this.#read = read;
  }

  begin(change: Change | undefined): void {
    if (change === undefined || this.#begun?.change === change) return;
    this.#begun = { change, pages: change.unwanted ? nothing : this.#read(change) };
  }

  /** The reading of a bucket, the one that was begun if there is one. */
  take(change: Change): AsyncIterable<Page> {
    this.begin(change);
    const pages = this.#begun?.pages ?? nothing;
    this.#begun = undefined;
    return pages;
  }
}
