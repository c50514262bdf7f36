/** Sends styles and scripts. Their address has their version, so that browsers ask for each once. */
import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { fail } from '../../../../shared/errors.ts';
import { readAsset } from './asset-contents.ts';
import { type AssetName, assets, isAsset } from './assets.ts';

export type AssetAddress = (name: AssetName) => string;

/** @param base path of the console @returns the address of each */
export async function assetAddresses(base: string): Promise<AssetAddress> {
  const names = Object.keys(assets) as AssetName[];
  const contents = await Promise.all(names.map(readAsset));
  const version = hash('sha256', Buffer.concat(contents), 'base64url').slice(0, 12);
  // Scripts import each other by name, so that the version is a folder and not part of the query.
  return (name) => `${base}/assets/${version}/${name}`;
}

export function serveAssets(app: FastifyInstance): void {
  app.get<{ Params: { name: string } }>(
    '/assets/:version/:name',
    { exposeHeadRoute: false },
    async ({ params: { name } }, reply) => {
      if (!isAsset(name)) throw fail('PATH_UNKNOWN', { path: name });
      reply.headers({ 'content-type': assets[name].type, 'cache-control': 'public, max-age=31536000, immutable' });
      return await readAsset(name);
    },
  );
}
