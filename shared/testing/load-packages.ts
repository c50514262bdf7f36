/** Has tests, and the threads that they start, load packages from one file each where these have been made. Loaded before everything else. */
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundledPackages, fileOf, folderOfPackages } from './packages.ts';

if (existsSync(join(folderOfPackages, 'made-of'))) {
  const bundles = new Map(
    bundledPackages.map((name) => [name, pathToFileURL(join(folderOfPackages, fileOf(name))).href]),
  );
  registerHooks({
    resolve(specifier, context, next) {
      const url = bundles.get(specifier);
      // Packages load each other as they are installed.
      if (url === undefined || context.parentURL?.includes('/node_modules/')) return next(specifier, context);
      return { url, format: 'module', shortCircuit: true };
    },
  });
}
