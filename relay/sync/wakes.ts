/** Wake-ups for a turn that is under way: something may have changed. Those that it has not noticed make another turn follow at once. */
export class Wakes {
  #rung = 0;
  #noticed = 0;
  #listener: (() => void) | undefined;

  ring(): void {
    this.#rung += 1;
    this.#listener?.();
  }

  /** Whether there was one that nobody has noticed. */
  get isRung(): boolean {
    return this.#rung > this.#noticed;
  }

  /** How many were noticed. */
  get noticed(): number {
    return this.#noticed;
  }

  /** Notices all, or so many of them. @returns whether there was one that nobody had noticed */
  notice(count = this.#rung): boolean {
    const { isRung } = this;
    this.#noticed = count;
    return isRung;
  }

  /** @param listener is called for every one, those of before included */
  listen(listener: () => void): void {
    this.#listener = listener;
    for (let count = 0; count < this.#rung; count += 1) listener();
  }
}
