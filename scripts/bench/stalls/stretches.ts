/**
 * Preloaded into a serving relay (`--import`): the processor time that its main thread takes at a stretch. A timer looks every
 * millisecond, so that what it finds between two looks is one stretch and at most a millisecond besides. Time in which other
 * processes have the processor is not counted, nor is what other threads of the relay do.
 */
import { isMainThread } from 'node:worker_threads';

/** What is told to whoever started the process and sends it `stretches`. Milliseconds since it was asked before. */
export interface Stretches {
  longestMs: number;
  /** Stretches of more than 20 ms. */
  long: { ms: number; endedAtUs: number }[];
}

const lookEveryMs = 1;
const longMs = 20;

if (isMainThread && process.send !== undefined) {
  let found: Stretches = { longestMs: 0, long: [] };
  let before = process.threadCpuUsage();
  setInterval(() => {
    const now = process.threadCpuUsage();
    const ms = (now.user + now.system - before.user - before.system) / 1000;
    before = now;
    if (ms > found.longestMs) found.longestMs = ms;
    // As a profile of V8's has its times.
    if (ms > longMs) found.long.push({ ms, endedAtUs: Number(process.hrtime.bigint() / 1000n) });
  }, lookEveryMs).unref();
  process.on('message', (message) => {
    if (message !== 'stretches') return;
    process.send?.(found);
    found = { longestMs: 0, long: [] };
  });
  process.channel?.unref();
}
