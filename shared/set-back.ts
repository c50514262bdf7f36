/** Notices a clock that is set back, so that nothing waits again for hours that have already passed. */
export class SetBack {
  #at = 0;

  /** How far the clock went back since the last call, in milliseconds; usually 0. */
  look(nowMs: number): number {
    const back = Math.max(0, this.#at - nowMs);
    this.#at = nowMs;
    return back;
  }
}
