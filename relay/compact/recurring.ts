/** Texts that recur in a table, such as `student` or `Member`: detected as they arrive, and stored once. */

/** How often a text must occur among the observed ones. */
const often = 16;
/** How many texts are observed; when there are more, observation starts over. */
const lookedAt = 512;
const longest = 64;

export class Recurring {
  readonly #most: number;
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  #counts = new Map<string, number>();

  /** @param most how many texts are stored */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns the number of a recurring text; -1 for others */
  note(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length === this.#most || text.length > longest || text === '') return -1;
    const count = (this.#counts.get(text) ?? 0) + 1;
    if (count < often) {
      if (this.#counts.size === lookedAt) this.#counts.clear();
      this.#counts.set(text, count);
      return -1;
    }
    this.#counts.delete(text);
    this.#numbers.set(text, this.#texts.length);
    this.#texts.push(text);
    return this.#texts.length - 1;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? '';
  }
}
