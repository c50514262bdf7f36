/** Reads styles and scripts from their files. The build replaces this module with the contents themselves. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type AssetName, assets } from './assets.ts';

/** Where the file is. */
export function assetFile(name: AssetName): string {
  return fileURLToPath(import.meta.resolve(assets[name].from));
}

export async function readAsset(name: AssetName): Promise<Buffer> {
  return readFile(assetFile(name));
}
