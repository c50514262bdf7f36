/**
 * What V8 does to keep the relay small. Its heaps are one for each thread, and grow by what a garbage collection leaves: by two fifths at
 * a time in place of up to three times. Growing by a fifth took 50 MB less in a first sync of 2,000 students, and more processor time to
 * plan 30,000 (scripts/bench/plan.ts on a busy machine: 20.2 s after 16.3); two fifths took 16.1 there, with 2 MB for young objects.
 * They get no more room than at the start: some 40 MB less beside ten hostile agents (scripts/bench/hostile.ts), in the same time.
 * Without TurboFan, V8's last compiler, it takes 8 MB less, and as much processor time to plan 10,000 students; a WebAssembly of the HTTP parser
 * that is optimized takes 28 MB for a moment.
 *
 * Imported first: V8 takes no compiled code that was kept under other flags.
 */
import { setFlagsFromString } from 'node:v8';

for (const flag of [
  '--heap-growing-percent=40',
  '--semi-space-growth-factor=1',
  '--no-turbofan',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
]) {
  setFlagsFromString(flag);
}
