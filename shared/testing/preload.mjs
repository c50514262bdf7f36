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
 * - Packages come in one file each (load-packages.ts).
 */
import hooks from 'node:async_hooks';
import module, { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import process from 'node:process';
import './load-packages.ts';
import threads from 'node:worker_threads';

const { NODE_COMPILE_CACHE: cache, NODE_OPTIONS: options } = process.env;
if (cache !== undefined) process.env.NODE_COMPILE_CACHE = resolve(cache);
if (options !== undefined) {
  process.env.NODE_OPTIONS = options.replaceAll(/"--import=[^"]*\/@tapjs\/processinfo\/[^"]*"/g, '');
}

/** @param {string} name */
const isCalledBy = (name) => new Error('caller').stack?.includes(name) === true;

const { createHook } = hooks;
hooks.createHook = (methods) => {
  const hook = createHook(methods);
  return isCalledBy('async-hook-domain') ? Object.assign(hook, { enable: () => hook }) : hook;
};

/** For threads, which are not preloaded. */
const packages = `--import=${new URL('./load-packages.ts', import.meta.url)}`;

const { registerHooks } = module;
module.registerHooks = (methods) => registerHooks(isCalledBy('/@tapjs/') ? {} : methods);
module.setSourceMapsSupport(false);

threads.Worker = class extends threads.Worker {
  /**
   * @param {string | URL} file
   * @param {import('node:worker_threads').WorkerOptions} [options]
   */
  constructor(file, options) {
    super(file, { execArgv: [packages], ...options });
  }
};
syncBuiltinESMExports();
