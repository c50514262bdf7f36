/**
 * Keeps memory flat whatever the size of the district (scripts/bench/agent-memory.ts): the heap grows by a fifth at a
 * time instead of with the machine's memory, and the HTTP parser's WebAssembly stays unoptimized, because optimizing it
 * briefly takes 28 MB. A first sync peaks at 115 MB instead of 320. V8's last compiler, which works beside the program, takes 7 MB and saves a
 * first sync of 100,000 students 8 % of its processor time (2026-11-30).
 *
 * Imported first: V8 rejects compiled code that was cached under other flags.
 */
import { setFlagsFromString } from 'node:v8';

for (const flag of [
  '--heap-growing-percent=20',
  '--semi-space-growth-factor=1',
  '--no-opt',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
]) {
  setFlagsFromString(flag);
}
