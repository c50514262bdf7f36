/**
 * The programs as they are packed for npm: `npm run prepack`, which `npm pack` calls. Node strips no types below node_modules,
 * so our own TypeScript is bundled; the packages that it needs stay dependencies, and npm installs them as ever.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };
import { readScriptOptions } from '../script-options.ts';
import { pageAssets } from './agent/page-assets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Packages of hundreds of files, of which the programs use a part, in each thread: bundled with it, they take less. All packages
 * together, and without white space, were 13 MB of a relay; these two alone were not measured. npm installs them all the same, with their licenses.
 */
const bundledToo = ['kysely', 'zod'];

/** Started by their file names, beside the modules that start them. */
export const threads = {
  'answer-thread': 'relay/http/answers/answer-thread.ts',
  'checkpoint-thread': 'relay/store/engine/sqlite/checkpoint-thread.ts',
  'turn-thread': 'relay/threads/turn-thread.ts',
};
const programs = { 'hallpass-agent': 'agent/main.ts', 'hallpass-relay': 'relay/main.ts' };

/** @param outdir of the bundles, an absolute path @param entryPoints sources by name */
export async function bundleForNpm(
  outdir: string,
  entryPoints: Record<string, string> = { ...programs, ...threads },
): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    external: Object.keys(manifest.dependencies).filter((name) => !bundledToo.includes(name)),
    platform: 'node',
    target: 'node24',
    format: 'esm',
    chunkNames: 'chunk-[hash]',
    plugins: [pageAssets],
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  readScriptOptions(
    'node scripts/build/npm.ts',
    'Makes dist/npm, which the npm package holds in place of the sources.',
  );
  await bundleForNpm(fileURLToPath(new URL('../../dist/npm', import.meta.url)));
}
