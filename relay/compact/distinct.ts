/** Values of which a table has few different ones, such as the first and last days of enrollments: each is kept once, and has a number. */
import type { Compact } from './compact.ts';
import { Interner } from './interner.ts';

/** Values that are kept ready; more than these are not expected. */
const mostReady = 4096;

export class Distinct<V extends object> implements Compact {
  /** As JSON, in the order of their properties. */
  readonly #texts = new Interner();
  readonly #ready = new Map<number, V>();

  get bytes(): number {
    return this.#texts.bytes;
  }

  /** @param value of what JSON has */
  numberOf(value: V): number {
    return this.#texts.add(JSON.stringify(value));
  }

  /** The same object for many: it must not be changed. */
  valueAt(number: number): V {
    const known = this.#ready.get(number);
    if (known !== undefined) return known;
    if (this.#ready.size === mostReady) this.#ready.clear();
    // What was made of a value in numberOf.
    const value = JSON.parse(this.#texts.textOf(number)) as V;
    this.#ready.set(number, value);
    return value;
  }

  trim(): void {
    this.#texts.trim();
  }
}
