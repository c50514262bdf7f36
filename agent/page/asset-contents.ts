/** The content of styles and scripts, from their files. The build puts the contents themselves in this module's place. */
import { readFile } from 'node:fs/promises';
import { type AssetName, assetFile } from './assets.ts';

export async function readAsset(name: AssetName): Promise<Buffer> {
  return readFile(assetFile(name));
}
