/** Numbers by row in one block of memory, which grows: a fraction of what objects and maps take for hundreds of thousands of rows. */
const kinds = { byte: Uint8Array, int: Int32Array, float: Float64Array };

export class Column {
  readonly #kind: keyof typeof kinds;
  #numbers: Uint8Array | Int32Array | Float64Array;

  constructor(kind: keyof typeof kinds) {
    this.#kind = kind;
    this.#numbers = new kinds[kind](16);
  }

  /** 0 where nothing was set. */
  at(row: number): number {
    return this.#numbers[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.#numbers.length) {
      const grown = new kinds[this.#kind](row + (row >> 1) + 1);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[row] = value;
  }

  /** @returns what it is then */
  add(row: number, amount: number): number {
    const sum = this.at(row) + amount;
    this.set(row, sum);
    return sum;
  }
}
