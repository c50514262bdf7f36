/** How an agent is started, from the name of its file. */
import { resolve } from 'node:path';

/** An executable as it is; anything that ends like JavaScript or TypeScript with this Node. */
export function programOf(file: string): string[] {
  const path = resolve(file);
  return /\.(cjs|mjs|ts)$/.test(file) ? [process.execPath, path] : [path];
}
