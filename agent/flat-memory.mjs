/**
 * Memory stays flat whatever the size of the district (scripts/bench/agent-memory.ts): the heap grows by a fifth at a time
 * instead of with the machine's memory, and the HTTP parser's WebAssembly is left as it is, because optimizing it takes
 * 28 MB for a moment. A first sync peaks at 115 MB instead of 320.
 *
 * Imported first: V8 takes no compiled code that was kept under other flags.
 */
import { setFlagsFromString } from 'node:v8';

for (const flag of [
  '--heap-growing-percent=20',
  '--semi-space-growth-factor=1',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
]) {
  setFlagsFromString(flag);
}
