/** A priority queue of numbers, in O(log n). */
export class Heap {
  readonly #items: number[] = [];
  readonly #goesBefore: (a: number, b: number) => boolean;

  /** @param goesBefore must be stable for two items as long as both are in the queue */
  constructor(goesBefore: (a: number, b: number) => boolean) {
    this.#goesBefore = goesBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): number | undefined {
    return this.#items[0];
  }

  push(item: number): void {
    let at = this.#items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#items[above] ?? item;
      if (!this.#goesBefore(item, other)) break;
      this.#items[at] = other;
      at = above;
    }
    this.#items[at] = item;
  }

  shift(): number | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return first;
  }

  #sink(item: number): void {
    const { length } = this.#items;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= length) break;
      const [a, b] = [this.#items[left] ?? item, this.#items[right] ?? item];
      const below = right < length && this.#goesBefore(b, a) ? right : left;
      const other = below === right ? b : a;
      if (!this.#goesBefore(other, item)) break;
      this.#items[at] = other;
      at = below;
    }
    this.#items[at] = item;
  }
}
