/** A clock for tests: time passes only when someone waits for it, so nothing ever sleeps. */
import type { Clock } from '../clock.ts';

/** Advances to the earliest waiter whenever the event loop has nothing else to do. */
export class VirtualClock implements Clock {
  #now: number;
  #waiters: { at: number; wake: () => void }[] = [];
  #scheduled = false;

  constructor(start = Date.parse('2026-11-24T08:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiter = { at: this.#now + ms, wake: resolve };
      this.#waiters.push(waiter);
      signal?.addEventListener(
        'abort',
        () => {
          this.#waiters = this.#waiters.filter((other) => other !== waiter);
          reject(signal.reason);
        },
        { once: true },
      );
      this.#schedule();
    });
  }

  /** Advances time although nobody waits for it. */
  advance(ms: number): void {
    this.#now += ms;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // setImmediate runs after every promise and every ready socket: anything that can continue without time passing
    // does so first.
    setImmediate(() => {
      this.#scheduled = false;
      const next = Math.min(...this.#waiters.map((waiter) => waiter.at));
      if (!Number.isFinite(next)) return;
      this.#now = Math.max(this.#now, next);
      const due = this.#waiters.filter((waiter) => waiter.at <= this.#now);
      this.#waiters = this.#waiters.filter((waiter) => waiter.at > this.#now);
      for (const waiter of due) waiter.wake();
      if (this.#waiters.length > 0) this.#schedule();
    });
  }
}
