/** The licenses of everything that is in the bundle, which each of them wants to be given along. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Folders of the packages that a bundle was made of, relative to the project's root, sorted. */
export function packagesIn(metafile: Metafile): string[] {
  const found = new Set<string>();
  for (const path of Object.keys(metafile.inputs)) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    if (folder !== undefined) found.add(folder);
  }
  return [...found].sort();
}

/**
 * @param folders of packages, relative to the project's root
 * @param node the license of Node itself, which is in the executables
 * @throws Error when a package brings no text of its license
 */
export async function licensesText(folders: readonly string[], node: string): Promise<string> {
  const parts = [part('Node.js, in the executables', node)];
  for (const folder of folders) {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')));
    const files = (await readdir(join(root, folder)))
      .filter((name) => /^(licen[cs]e|notice|copying)/i.test(name))
      .sort();
    if (files.length === 0) throw new Error(`${folder} has no license file: find its text, or do without it`);
    const texts = await Promise.all(files.map((file) => readFile(join(root, folder, file), 'utf8')));
    parts.push(part(`${manifest.name} ${manifest.version} (${manifest.license})`, texts.join('\n')));
  }
  return parts.join('\n');
}

function part(title: string, text: string): string {
  const line = '='.repeat(Math.max(20, title.length));
  return `${line}\n${title}\n${line}\n\n${text.trim()}\n`;
}
