/**
 * Loaded into every test file before tap (.taprc): half of what a test of the relay costs is not its own.
 *
 * - What Node compiles is kept for the next file, and for programs that a test starts (.taprc names the folder, which is made
 *   absolute here: a program may run elsewhere).
 * - tap follows every promise and callback to the subtest that began it, to name that subtest if one throws long afterwards.
 *   It costs a fifth of all CPU. Without it such an error ends the test file, which fails as well.
 */
import hooks from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import process from 'node:process';

const { NODE_COMPILE_CACHE: cache } = process.env;
if (cache !== undefined) process.env.NODE_COMPILE_CACHE = resolve(cache);

const { createHook } = hooks;
hooks.createHook = (methods) => {
  const hook = createHook(methods);
  return new Error('caller').stack?.includes('async-hook-domain') ? Object.assign(hook, { enable: () => hook }) : hook;
};
syncBuiltinESMExports();
