/** The agent as one file of JavaScript that needs nothing but a Node 24. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { lean } from './lean.ts';
import { pageAssets } from './page-assets.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * CommonJS, because the main script of a single executable must be that in Node 24. Modules that are imported on demand
 * stay in the file, and still run only when they are asked for.
 *
 * @returns what is in it, paths relative to the project's root
 */
export async function bundleAgent(outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['agent/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    // Names stay as they are, so that the stack of a bug can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    plugins: [lean, pageAssets],
    metafile: true,
    logLevel: 'warning',
  });
  await refuseWideText(outfile);
  return metafile;
}

/**
 * V8 keeps a source text with two bytes a character as soon as one of them is not ASCII: 2 MB more. esbuild escapes such
 * characters everywhere but in tagged templates.
 */
async function refuseWideText(file: string): Promise<void> {
  const found = /.{0,40}[^\0-\x7f].{0,40}/.exec(await readFile(file, 'utf8'))?.[0];
  if (found !== undefined) throw new Error(`write this as an HTML entity or an escape: ${found}`);
}
