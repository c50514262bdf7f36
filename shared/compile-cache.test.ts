/** What the programs cache of their own code between two starts, and where they cache nothing. */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { hallpassVersion } from './version.ts';

const agent = fileURLToPath(new URL('../agent/hallpass-agent.mjs', import.meta.url));

async function start(t: Test, env: NodeJS.ProcessEnv): Promise<void> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [agent, '--version'], { env });
  t.equal(stdout, `${hallpassVersion}\n`);
  t.equal(stderr, '');
}

/** The compiled modules below a folder. */
async function kept(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return files.filter((file) => file.isFile()).map(({ name }) => name);
}

t.test('the first start caches compiled code for this user only, and the second start uses it', async (t) => {
  const cache = join(t.testdir({}), 'cache');
  await start(t, { XDG_CACHE_HOME: cache });
  const first = await kept(cache);
  t.ok(first.length > 100, `${first.length} modules`);
  t.equal((await stat(join(cache, 'hallpass'))).mode & 0o777, 0o700);
  await start(t, { XDG_CACHE_HOME: cache });
  t.same((await kept(cache)).sort(), first.sort());
});

t.test('starts without a cache when none can be kept, or when it could come from another user', async (t) => {
  const folder = t.testdir({ file: 'no folder', shared: { hallpass: { compiled: {} } }, foreign: {} });
  await start(t, { XDG_CACHE_HOME: join(folder, 'file') });

  const open = join(folder, 'shared');
  await chmod(join(open, 'hallpass', 'compiled'), 0o777);
  await start(t, { XDG_CACHE_HOME: open });
  t.same(await kept(open), [], 'anyone may write there');

  const foreign = join(folder, 'foreign');
  // Only root can give a folder away; other users get one that they cannot write to.
  if (process.getuid?.() === 0) await chown(foreign, 1, 1);
  else await chmod(foreign, 0o500);
  await start(t, { XDG_CACHE_HOME: foreign });
  t.same(await readdir(foreign), [], "does not even create a folder in another user's home");
});

t.test("respects Node's own settings for it", async (t) => {
  const folder = t.testdir({ named: {} });
  const [cache, named] = [join(folder, 'cache'), join(folder, 'named')];
  await start(t, { XDG_CACHE_HOME: cache, NODE_COMPILE_CACHE: named });
  t.ok((await kept(named)).length > 100);
  const off = join(folder, 'off');
  await start(t, { XDG_CACHE_HOME: off, NODE_DISABLE_COMPILE_CACHE: '1' });
  t.same([await kept(cache), await kept(off)], [[], []]);
});

t.test('ignores a relative folder, and uses the one in the home folder without any setting', async (t) => {
  const home = t.testdir({});
  await mkdir(join(home, '.cache'));
  await start(t, { XDG_CACHE_HOME: 'cache', HOME: home });
  const name = process.platform === 'darwin' ? 'Library' : '.cache';
  t.ok((await kept(join(home, name))).length > 100);
});
