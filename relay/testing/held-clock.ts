/**
 * Time for figures: on the clock of tests, which goes on to the next waiter whenever the event loop is idle, a request that takes some
 * turns of the loop takes as long as somebody else happens to wait. Here it takes no time at all, with any build.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { VirtualClock } from '../../shared/testing/virtual-clock.ts';

/** Requests of undici that are not answered. */
const open = new Set<unknown>();
const requestOf = (message: unknown) =>
  typeof message === 'object' && message !== null && 'request' in message ? message.request : undefined;
subscribe('undici:request:create', (message) => open.add(requestOf(message)));
subscribe('undici:request:trailers', (message) => open.delete(requestOf(message)));
subscribe('undici:request:error', (message) => open.delete(requestOf(message)));

/** Turns of the event loop without a request, after which what an answer leads to is over. */
const quietTurns = 4;

interface Waiter {
  at: number;
  wake(): void;
}

/** Has this clock stand still while a request is under way. A simulator that takes its time would never answer. */
export function hold(clock: VirtualClock): void {
  let now = clock.now();
  let waiters: Waiter[] = [];
  let quiet = 0;
  let isGoing = false;

  const turn = () => {
    quiet = open.size > 0 ? 0 : quiet + 1;
    if (quiet >= quietTurns) pass();
    if (waiters.length > 0) setImmediate(turn);
    else isGoing = false;
  };
  const pass = () => {
    quiet = 0;
    now = Math.max(now, Math.min(...waiters.map(({ at }) => at)));
    const due = waiters.filter(({ at }) => at <= now);
    waiters = waiters.filter(({ at }) => at > now);
    for (const { wake } of due) wake();
  };

  clock.now = () => now;
  clock.advance = (ms) => {
    now += ms;
  };
  clock.sleep = async (ms, signal) => {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { at: now + ms, wake: resolve };
    waiters.push(waiter);
    const abort = () => {
      waiters = waiters.filter((other) => other !== waiter);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (!isGoing) setImmediate(turn);
    isGoing = true;
    await promise.finally(() => signal?.removeEventListener('abort', abort));
  };
}
