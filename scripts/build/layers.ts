/**
 * Checks that folders are layers: `npm run lint` runs it. A folder of a program may import those that stand before it in the
 * list, types included, and no folders form a ring at any depth. It prints every import that breaks a rule, and ends with exit
 * code 1 then.
 *
 *   node scripts/build/layers.ts
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readScriptOptions } from '../script-options.ts';
import { type Import, importsIn, ringsOf, upward } from './layers/folders.ts';

/** From the ground up. A file that stands in the program's own folder is a layer of its own. */
export const layers: Readonly<Record<string, readonly string[]>> = {
  agent: [
    ...['model', 'system', 'network', 'terminal', 'settings', 'powerschool', 'baseline', 'uplink', 'state', 'log'],
    ...['cycle', 'service', 'check', 'page', 'support', 'node.ts', 'commands', 'setup', 'cli', 'main.ts'],
  ],
  plugin: [],
  relay: [
    ...[
      'compact',
      'model',
      'profile',
      'identity',
      'adoption',
      'operations',
      'plan',
      'schedule',
      'secrets',
      'log',
      'settings',
      'network',
      'graph',
      'drift',
      'alerts',
      'store',
    ],
    ...['explain', 'sync', 'threads', 'auth', 'notify', 'app', 'http', 'node.ts', 'cli', 'main.ts'],
  ],
};

/** Imports between the files of a program; tests and what serves them alone are left out. */
export function importsOf(root: string, program: string): Import[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', `${program}/*.ts`], { cwd: root });
  const files = String(listed).trim().split('\n');
  const own = files.filter((file) => !/\.test\.ts$|\/testing\//.test(file) && existsSync(join(root, file)));
  return own.flatMap((file) => importsIn(file, readFileSync(join(root, file), 'utf8')));
}

/** What is wrong, a line each. */
export function complaints(root: string): string[] {
  return Object.entries(layers).flatMap(([program, order]) => {
    const imports = importsOf(root, program).filter(({ to }) => to.startsWith(`${program}/`));
    return [
      ...(order.length === 0 ? [] : upward(imports, order)),
      ...ringsOf(imports.filter(({ from }) => from !== `${program}/main.ts`)),
    ];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  readScriptOptions(
    'node scripts/build/layers.ts',
    'Checks that folders import those below them alone, and that none form a ring.',
  );
  const found = complaints(fileURLToPath(new URL('../..', import.meta.url)));
  for (const line of found) process.stdout.write(`${line}\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
