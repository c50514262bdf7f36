/**
 * The programs as they are packed for npm: `npm run prepack`, which `npm pack` calls. Node strips no types below node_modules,
 * so our own TypeScript is bundled, with the packages that it needs: see {@link bundleForNpm}.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { readScriptOptions } from '../script-options.ts';
import { lean } from './agent/lean.ts';
import { pageAssets } from './agent/page-assets.ts';
import { leanRelay } from './lean-relay.ts';
import { nodeModules } from './node-modules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const shared: BuildOptions = {
  absWorkingDir: root,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  chunkNames: 'chunk-[hash]',
  // Names stay as they are, so that the stack of a bug can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** Started by their file names, beside the modules that start them. */
export const threads = {
  'answer-thread': 'relay/http/answers/answer-thread.ts',
  'checkpoint-thread': 'relay/store/engine/sqlite/checkpoint-thread.ts',
  'turn-thread': 'relay/threads/turn-thread.ts',
};

/**
 * V8 keeps the text of what it runs, in each thread: with all packages in it, only what is used of them is kept, without white space. npm
 * installs the packages all the same, with their licenses, and so that it can say which of them are to be renewed.
 *
 * @param outdir of the bundles, an absolute path
 */
export async function bundleForNpm(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await bundle(outdir, { 'hallpass-agent': 'agent/main.ts' }, lean);
  await bundle(outdir, { 'hallpass-relay': 'relay/main.ts', ...threads }, leanRelay);
}

/** The relay's threads alone. @param outdir an absolute path */
export async function bundleThreads(outdir: string): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await bundle(outdir, threads, leanRelay);
}

async function bundle(outdir: string, entryPoints: Record<string, string>, leaner: Plugin): Promise<void> {
  await build({ ...shared, outdir, entryPoints, plugins: [leaner, nodeModules, pageAssets] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  readScriptOptions(
    'node scripts/build/npm.ts',
    'Makes dist/npm, which the npm package holds in place of the sources.',
  );
  await bundleForNpm(fileURLToPath(new URL('../../dist/npm', import.meta.url)));
}
