/**
 * The npm packages that most tests load, each bundled into one file: `npm test` makes them before the tests. A test of the relay loads
 * some 900 files of these packages otherwise, a fifth of a second for each of 270 tests. They are bundled as in what is shipped, from
 * what npm installed, and made again when the lock file changes.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata';
import { build } from 'esbuild';
import { bundledPackages, fileOf, folderOfPackages } from '../../shared/testing/packages.ts';
import { readScriptOptions } from '../script-options.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** For tap to leave itself out of the stacks that it shows, as it does with what npm installed. */
const hideTap = `import { addIgnoredPackage } from '@tapjs/stack'; addIgnoredPackage('.cache/packages/${fileOf('tap')}');\n`;

/** Does nothing if they are made of these packages already. */
async function makePackages(): Promise<void> {
  const stamp = join(folderOfPackages, 'made-of');
  const hash = createHash('sha256');
  for (const file of [join(root, 'package-lock.json'), fileURLToPath(import.meta.url)])
    hash.update(await readFile(file));
  hash.update(bundledPackages.join());
  const madeOf = hash.digest('hex');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === madeOf) return;
  await rm(folderOfPackages, { recursive: true, force: true });
  const entries = join(folderOfPackages, 'entries');
  await mkdir(entries, { recursive: true });
  for (const name of bundledPackages) {
    // By name: esbuild sees no names in what is not written as an ES module.
    const names = Object.keys(await import(name)).filter((one) => one !== 'module.exports');
    const more = name === 'tap' ? hideTap : '';
    await writeFile(join(entries, fileOf(name)), `export { ${names.join(', ')} } from '${name}';\n${more}`);
  }
  await build({
    absWorkingDir: root,
    entryPoints: bundledPackages.map((name) => join(entries, fileOf(name))),
    outdir: folderOfPackages,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    // It starts threads by the names of its own files.
    external: ['pino'],
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);" },
    logLevel: 'warning',
  });
  await writeFile(stamp, madeOf);
}

readScriptOptions(
  'node scripts/build/test-packages.ts',
  'Bundles the npm packages that most tests load into one file each, if they have changed.',
);
await makePackages();
