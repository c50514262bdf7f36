/**
 * The short tests in groups of neighbors, each a file that runs its group in one process (shared/testing/together.ts): `npm test` runs
 * these. tap would start a process for each of more than 300 files otherwise. With them, the relay's threads as they are shipped: a
 * thread loads as much as a test, and most tests of the API start some.
 */
import { glob, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderOfThreads } from '../../shared/testing/packages.ts';
import { readScriptOptions } from '../script-options.ts';
import { bundleThreads, threads } from './npm.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'node_modules/.cache/tests');

/** The second run of the same code takes a quarter of the first. Fewer groups would leave the last one alone for long. */
const most = 24;

async function shortTests(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('{agent,plugin,relay,scripts,shared}/**/*.test.ts', { cwd: root })) {
    if (!file.endsWith('.long.test.ts')) files.push(file.replaceAll('\\', '/'));
  }
  return files.sort();
}

/** By the folder at the top, whose files load much of the same. */
export function grouped(files: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [top = '', inside = []] of Map.groupBy(files, (file) => file.slice(0, file.indexOf('/')))) {
    const count = Math.ceil(inside.length / most);
    for (let index = 0; index < count; index += 1) {
      const [from, to] = [index, index + 1].map((at) => Math.round((at * inside.length) / count));
      groups.set(`${top}-${String(index + 1).padStart(2, '0')}`, inside.slice(from, to));
    }
  }
  return groups;
}

readScriptOptions(
  'node scripts/build/test-groups.ts',
  'Writes the files that run the short tests in groups, for npm test.',
);
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const [name, files] of grouped(await shortTests())) {
  const lines = ["import { runTogether } from '../../../shared/testing/together.ts';", ''];
  lines.push(
    `await runTogether(${JSON.stringify(files, undefined, 2)}, ${JSON.stringify(threads, undefined, 2)});`,
    '',
  );
  await writeFile(join(folder, `${name}.mjs`), lines.join('\n'));
}
await bundleThreads(folderOfThreads);
