/**
 * Stores few distinct values of a table, such as the first and last days of enrollments, each once and with a number.
 */
import type { Compact } from './compact.ts';
import { Interner } from './interner.ts';

/** How many values are kept parsed; more distinct ones are not expected. */
const mostReady = 4096;

export class Distinct<V extends object> implements Compact {
  /** Values as JSON, with properties in their order. */
  readonly #texts = new Interner();
  readonly #ready = new Map<number, V>();

  get bytes(): number {
    return this.#texts.bytes;
  }

  /** @param value anything that JSON can express */
  numberOf(value: V): number {
    return this.#texts.add(JSON.stringify(value));
  }

  /** The same object for many callers: it must not be changed. */
  valueAt(number: number): V {
    const known = this.#ready.get(number);
    if (known !== undefined) return known;
    if (this.#ready.size === mostReady) this.#ready.clear();
    // The text was created from a value in numberOf.
    const value = JSON.parse(this.#texts.textOf(number)) as V;
    this.#ready.set(number, value);
    return value;
  }

  trim(): void {
    this.#texts.trim();
  }
}
