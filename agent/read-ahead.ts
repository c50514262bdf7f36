/** Keeps PowerSchool busy: the next bucket is asked for while the one before it is worked on. */
import type { Change } from './plan.ts';
import type { Page, Source } from './source.ts';

const nothing: AsyncIterable<Page> = (async function* () {})();

export class ReadAhead {
  readonly #source: Source;
  readonly #signal: AbortSignal;
  #begun: { change: Change; pages: AsyncIterable<Page> } | undefined;

  constructor(source: Source, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** Makes the first request for a bucket. */
  begin(change: Change | undefined): void {
    if (change !== undefined && this.#begun?.change !== change) this.#begun = { change, pages: this.#read(change) };
  }

  /** The reading of a bucket, the one that was begun if there is one. */
  take(change: Change): AsyncIterable<Page> {
    this.begin(change);
    const pages = this.#begun?.pages ?? nothing;
    this.#begun = undefined;
    return pages;
  }

  #read({ bucket, entry, unwanted }: Change): AsyncIterable<Page> {
    return unwanted ? nothing : this.#source.read(bucket, entry?.records ?? 0, this.#signal);
  }
}
