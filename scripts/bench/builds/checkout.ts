/** The build of a given commit beside today's: its files and its own dependencies, in a folder outside the checkout. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);
const largestArchive = 512 << 20;

/**
 * Takes seconds the first time, for `npm ci`; the folder is kept in the system's folder for temporary files and used again.
 *
 * @param commit anything that git takes for one: a hash, a tag, `HEAD~3`
 * @returns the folder, in which the scripts of that commit run with this Node
 * @throws what git, tar or npm say
 */
export async function checkoutOf(commit: string): Promise<string> {
  const { stdout } = await run('git', ['rev-parse', '--verify', '--quiet', `${commit}^{commit}`], { cwd: root }).catch(
    () => {
      throw new RangeError(`git knows no commit ${commit}; a shallow clone has only the newest ones`);
    },
  );
  const sha = stdout.trim();
  const folder = join(tmpdir(), `hallpass-build-${sha.slice(0, 12)}`);
  const complete = join(folder, '.hallpass-build');
  if (await exists(complete)) return folder;
  const making = `${folder}.${process.pid}.tmp`;
  await mkdir(making, { recursive: true });
  try {
    const options = { cwd: root, encoding: 'buffer', maxBuffer: largestArchive } as const;
    const archive = await run('git', ['archive', '--format=tar', sha], options);
    await unpack(archive.stdout, making);
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: making, maxBuffer: largestArchive });
    await writeFile(join(making, '.hallpass-build'), `${sha}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

async function unpack(archive: Buffer, folder: string): Promise<void> {
  const tar = spawn('tar', ['-x', '-C', folder], { stdio: ['pipe', 'inherit', 'inherit'] });
  tar.stdin.end(archive);
  const [code] = await once(tar, 'close');
  if (code !== 0) throw new RangeError(`tar ended with exit code ${code}`);
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
