/** Puts the page's styles and scripts into the bundle: an executable has no folder to read them from. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { assetFile } from '../../../agent/page/asset-contents.ts';
import { type AssetName, assets } from '../../../agent/page/assets.ts';

const assetContents = fileURLToPath(new URL('../../../agent/page/asset-contents.ts', import.meta.url));

/** Takes the place of agent/page/asset-contents.ts, which reads files. */
export const pageAssets: Plugin = {
  name: 'page-assets',
  setup(build) {
    build.onLoad({ filter: /asset-contents\.ts$/ }, async ({ path }) => {
      if (path !== assetContents) return undefined;
      const names = Object.keys(assets) as AssetName[];
      const texts = await Promise.all(names.map(async (name) => [name, await readFile(assetFile(name), 'utf8')]));
      return { loader: 'ts', contents: contentsModule(Object.fromEntries(texts)) };
    });
  },
};

function contentsModule(texts: Record<AssetName, string>): string {
  return `const texts = ${JSON.stringify(texts)};
export async function readAsset(name) { return Buffer.from(texts[name]); }
`;
}
