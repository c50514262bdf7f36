/** "Minimum time interval (ms) between API requests per plugin": an administrator's setting, off by default. */
import type { Clock } from '../../../shared/clock.ts';
import { json, type Reply } from './http.ts';

export class Throttle {
  /** 0 = off. */
  minIntervalMs: number;
  readonly #clock: Clock;
  readonly #last = new Map<number, number>();

  constructor(minIntervalMs: number, clock: Clock) {
    this.minIntervalMs = minIntervalMs;
    this.#clock = clock;
  }

  /** Undefined when the plugin may continue, otherwise its refusal. A refused request does not move the window. */
  check(pluginId: number): Reply | undefined {
    const now = this.#clock.now();
    const wait = (this.#last.get(pluginId) ?? Number.NEGATIVE_INFINITY) + this.minIntervalMs - now;
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      const message = `Too many requests. Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`;
      return json(429, { message }, { 'retry-after': String(seconds) });
    }
    this.#last.set(pluginId, now);
    return undefined;
  }
}
