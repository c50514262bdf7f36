/**
 * Runs several test files in one process, each as a subtest of its name: what they load is loaded once, which otherwise takes half a
 * second per file and a third of the time of `npm test`. The files know nothing of it. The `t` that they import is their subtest.
 */
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import threads, { type Worker, type WorkerOptions } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { folderOfThreads } from './packages.ts';

/** Of the files that have begun, by URL. */
const subtests = new Map<string, Test>();

const key = 'hallpass.subtests';

/**
 * @param files paths from the root of the project, where the process runs
 * @param bundled by name: the sources of threads that are started from one file each
 */
export async function runTogether(files: readonly string[], bundled: Record<string, string> = {}): Promise<void> {
  startFromBundles(bundled);
  Object.assign(globalThis, { [key]: subtests });
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL } = context;
      if (specifier !== 'tap' || parentURL === undefined || !subtests.has(parentURL)) return next(specifier, context);
      const source = `export default globalThis['${key}'].get('${parentURL}');`;
      return { url: `data:text/javascript,${encodeURIComponent(source)}`, format: 'module', shortCircuit: true };
    },
  });
  for (const file of files) {
    await t.test(file, { timeout: 300_000 }, async (subtest) => {
      const url = pathToFileURL(file).href;
      subtests.set(url, subtest);
      await import(url);
    });
  }
}

function startFromBundles(bundled: Record<string, string>): void {
  const bundles = new Map(
    Object.entries(bundled).map(([name, source]) => [
      pathToFileURL(resolve(source)).href,
      pathToFileURL(join(folderOfThreads, `${name}.mjs`)),
    ]),
  );
  const Started = threads.Worker;
  class FromBundle extends Started implements Worker {
    constructor(file: string | URL, options?: WorkerOptions) {
      super(bundles.get(String(file)) ?? file, options);
    }
  }
  Object.assign(threads, { Worker: FromBundle });
  syncBuiltinESMExports();
}
