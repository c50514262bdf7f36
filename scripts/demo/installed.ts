/**
 * Both programs as npm installs them: bundled, in a folder without TypeScript. From a checkout, Node strips types in each thread of
 * each process, which takes 17 MB a thread that no installed program takes.
 */
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stop } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };
import { bundleForNpm } from '../build/npm.ts';

export interface Installed {
  agent: string;
  relay: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param folder which is made @returns the file that starts each program */
export async function installPrograms(folder: string): Promise<Installed> {
  for (const file of manifest.files.filter((name) => /\.(?:mjs|json)$/.test(name))) {
    const copy = join(folder, file);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(join(root, file), copy);
  }
  await bundleForNpm(join(folder, 'dist', 'npm'));
  // Its service is a process of its own, which would outlive the demo for a moment.
  await stop();
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const { 'hallpass-agent': agent, 'hallpass-relay': relay } = manifest.bin;
  return { agent: join(folder, agent), relay: join(folder, relay) };
}
