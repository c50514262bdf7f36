/** Notices a clock that is set back, so that nobody waits once more for hours that have passed. */
export class SetBack {
  #at = 0;

  /** Milliseconds that the clock went back since the last look; 0 as a rule. */
  look(nowMs: number): number {
    const back = Math.max(0, this.#at - nowMs);
    this.#at = nowMs;
    return back;
  }
}
