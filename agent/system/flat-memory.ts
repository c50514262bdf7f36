/** Settings of V8 with which the agent's memory stays flat, whatever the size of the district. */
import { setFlagsFromString } from 'node:v8';

/**
 * The heap grows by a fifth at a time instead of with the machine's memory, and the HTTP parser's WebAssembly is left as it
 * is, because optimizing it takes 28 MB for a moment. A first sync peaks at 115 MB in place of 320
 * (scripts/bench/agent-memory.ts).
 *
 * To be called when everything is loaded: modules that come later are compiled again at every start.
 */
export function keepMemoryFlat(): void {
  for (const flag of [
    '--heap-growing-percent=20',
    '--semi-space-growth-factor=1',
    '--no-wasm-tier-up',
    '--no-wasm-dynamic-tiering',
  ]) {
    setFlagsFromString(flag);
  }
}
