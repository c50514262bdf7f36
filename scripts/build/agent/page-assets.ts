/** Puts styles and scripts of the pages into the bundle: an executable has no folder to read them from. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import * as agent from '../../../agent/page/asset-contents.ts';
import { assets as agentAssets } from '../../../agent/page/assets.ts';
import * as relay from '../../../relay/http/console/assets/asset-contents.ts';
import { assets as relayAssets } from '../../../relay/http/console/assets/assets.ts';

/** Module that reads files, to the files that take its place. */
const replaced = new Map<string, Map<string, string>>([
  [pathOf('agent/page'), filesOf(agentAssets, agent.assetFile)],
  [pathOf('relay/http/console/assets'), filesOf(relayAssets, relay.assetFile)],
]);

function pathOf(folder: string): string {
  return fileURLToPath(new URL(`../../../${folder}/asset-contents.ts`, import.meta.url));
}

function filesOf<N extends string>(assets: Record<N, unknown>, fileOf: (name: N) => string): Map<string, string> {
  return new Map((Object.keys(assets) as N[]).map((name) => [name, fileOf(name)]));
}

/** Takes the place of the modules asset-contents.ts, which read files. */
export const pageAssets: Plugin = {
  name: 'page-assets',
  setup(build) {
    build.onLoad({ filter: /asset-contents\.ts$/ }, async ({ path }) => {
      const files = replaced.get(path);
      if (files === undefined) return undefined;
      const texts = await Promise.all([...files].map(async ([name, file]) => [name, await readFile(file, 'utf8')]));
      return { loader: 'ts', contents: contentsModule(Object.fromEntries(texts)) };
    });
  },
};

function contentsModule(texts: Record<string, string>): string {
  return `const texts = ${JSON.stringify(texts)};
export async function readAsset(name) { return Buffer.from(texts[name]); }
`;
}
