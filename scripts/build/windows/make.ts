/**
 * Makes a folder with Wine 10, to run hallpass-agent.exe where there is no Windows: `npm run wine`.
 *
 *   node scripts/build/windows/make.ts
 *
 * It needs root, debootstrap, an amd64 computer whose apt reads Debian, 2 GB of disk, and some minutes. The folder is
 * dist/wine, or that in HALLPASS_WINE. Remove it with `rm -rf`: nothing is mounted in it.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readScriptOptions } from '../../script-options.ts';
import { debianMirror, finishedFile, indexFormat, inside, suite, wine, wineFolder } from './folder.ts';

const run = promisify(execFile);
readScriptOptions(
  'npm run wine --',
  'Makes a folder with Wine in which the tests run hallpass-agent.exe: dist/wine, or that in HALLPASS_WINE. Needs root, debootstrap, 2 GB of disk and some minutes.',
);
const folder = wineFolder(process.env);
const draft = `${folder}.draft`;

if (existsSync(join(folder, finishedFile))) {
  process.stdout.write(`${folder} is there already. Remove it to make it again.\n`);
} else {
  await make();
  process.stdout.write(`${folder} is ready. Try the executable in it: npm run test:all\n`);
}

async function make(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('this needs Linux on an x64 processor');
  if (process.getuid?.() !== 0) throw new Error('this needs root: debootstrap makes devices and changes its root');
  await run('debootstrap', ['--version']).catch(() => {
    throw new Error('debootstrap is missing: apt-get install debootstrap');
  });
  const { stdout: indexes } = await run('apt-get', ['indextargets', '--format', indexFormat]);
  const mirror = debianMirror(indexes);
  if (mirror === undefined) throw new Error('apt knows no mirror of Debian: run apt-get update, or use a Debian');
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(draft), { recursive: true });
  await show('debootstrap', ['--arch=amd64', '--variant=minbase', suite, draft, mirror]);
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'wine', 'wine64', 'ca-certificates'];
  await show('chroot', [draft, 'env', 'DEBIAN_FRONTEND=noninteractive', ...install]);
  await show('chroot', [draft, 'apt-get', 'clean']);
  const [program, ...args] = inside(draft, ['env', 'HOME=/root', 'WINEDEBUG=-all', wine, '--version']);
  const { stdout: version } = await run(program, args);
  await writeFile(join(draft, finishedFile), JSON.stringify({ suite, wine: version.trim() }));
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
}

/** Its output goes to the terminal: this takes minutes. */
async function show(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with exit code ${code}`);
}
