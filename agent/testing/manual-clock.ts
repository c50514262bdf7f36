/** A clock that moves only when someone sleeps, and records for how long. */
import type { Clock } from '../../shared/clock.ts';

export class ManualClock implements Clock {
  readonly slept: number[] = [];
  #now: number;

  constructor(now = Date.parse('2025-03-01T12:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.#now += ms;
  }
}
