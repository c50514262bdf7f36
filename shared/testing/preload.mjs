/**
 * Loaded into every test file before tap (.taprc): half the time of a relay test is otherwise spent on the following.
 *
 * - Node's compiled code is cached for the next file, and for programs that a test starts (.taprc names the folder; the path is
 *   made absolute here because a program may run in another folder).
 * - tap traces every promise and callback back to its subtest, to name that subtest if one throws long afterward. That takes a
 *   fifth of all CPU time. Without it such an error ends the test file, which then fails as well.
 * - tap notes every module that a test loads and reads its source map, for coverage, mocks and `tap --changed`, and loads itself
 *   into every thread and program that a test starts. No test here needs any of that, and it takes 0.4 s per file and 0.2 s
 *   per thread.
 * - Packages come in one file each, and tap too (load-packages.ts): 0.05 s per file for tap alone, 0.1 s for a relay that a test starts.
 * - Databases are not flushed (no-flush.ts), which takes an eighth of the time that all tests wait.
 */
import hooks from 'node:async_hooks';
import module, { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import process from 'node:process';
import './load-packages.ts';
import './no-flush.ts';
import threads from 'node:worker_threads';

const { NODE_COMPILE_CACHE: cache, NODE_OPTIONS: options = '' } = process.env;
if (cache !== undefined) process.env.NODE_COMPILE_CACHE = resolve(cache);
const packages = `--import=${new URL('./load-packages.ts', import.meta.url)}`;
// The long tests try what is shipped, as it is.
const forPrograms = process.argv[1]?.includes('.long.test.') ? '' : ` "${packages}"`;
process.env.NODE_OPTIONS = `${options.replaceAll(/"--import=[^"]*\/@tapjs\/processinfo\/[^"]*"/g, '')}${forPrograms}`;

const { createHook } = hooks;
hooks.createHook = (methods) => {
  const hook = createHook(methods);
  // A function of async-hook-domain.
  return new Error('caller').stack?.includes('activateDomains') ? Object.assign(hook, { enable: () => hook }) : hook;
};

/** For threads, which are not preloaded. */
const forThreads = [packages, `--import=${new URL('./no-flush.ts', import.meta.url)}`];

/** What tap asks Node to load first, besides this file. */
const hooksOfTap = /\/@tapjs\/(mock|processinfo|typescript)\/dist\/esm\/import\.mjs$/;
module.registerHooks({
  resolve: (specifier, context, next) =>
    hooksOfTap.test(specifier)
      ? { url: 'data:text/javascript,', format: 'module', shortCircuit: true }
      : next(specifier, context),
});
module.setSourceMapsSupport(false);

threads.Worker = class extends threads.Worker {
  /**
   * @param {string | URL} file
   * @param {import('node:worker_threads').WorkerOptions} [options]
   */
  constructor(file, options) {
    super(file, { execArgv: forThreads, ...options });
  }
};
syncBuiltinESMExports();
