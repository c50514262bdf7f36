/** The real time, which can be put forward: what waits for an hour need not be waited for. */
import { type Clock, systemClock } from '../../shared/clock.ts';

export class ShiftedClock implements Clock {
  #shiftMs = 0;

  now(): number {
    return systemClock.now() + this.#shiftMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  forward(ms: number): void {
    this.#shiftMs += ms;
  }
}
