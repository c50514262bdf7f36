/** What npm packs, installed in a folder that has nothing to do with the project: both programs work there. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { hallpassVersion } from '../../shared/version.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

// Outside of the checkout, whose node_modules would be found from anywhere in it.
const place = await mkdtemp(join(tmpdir(), 'hallpass-npm-'));
t.teardown(() => rm(place, { recursive: true, force: true }));
const home = join(place, 'state');
const elsewhere = join(place, 'elsewhere');
await mkdir(elsewhere);
await run('npm', ['pack', '--pack-destination', place], { cwd: root });
const tarball = (await readdir(place)).find((name) => name.endsWith('.tgz')) ?? 'no tarball';
await run('npm', ['install', '--no-audit', '--no-fund', join(place, tarball)], { cwd: elsewhere });

const env = { PATH: process.env.PATH, HALLPASS_HOME: home };
const bin = (name: string) => join(elsewhere, 'node_modules', '.bin', name);
const program = (name: string, ...args: string[]) => run(bin(name), args, { cwd: elsewhere, env });

t.test('both programs say who they are', async (t) => {
  for (const name of ['hallpass-agent', 'hallpass-relay']) {
    t.equal((await program(name, '--version')).stdout, `${hallpassVersion}\n`);
    t.match((await program(name, '--help')).stdout, /Usage: hallpass-/);
  }
});

t.test('what they compile is kept for the next start', async (t) => {
  const cache = join(place, 'cache');
  for (const name of ['hallpass-agent', 'hallpass-relay']) {
    await run(bin(name), ['--version'], { cwd: elsewhere, env: { ...env, XDG_CACHE_HOME: cache } });
  }
  const kept = await readdir(join(cache, 'hallpass', 'compiled'), { recursive: true });
  t.ok(kept.length > 10, `${kept.length} files`);
});

t.test('nothing of TypeScript is in it', async (t) => {
  const files = await readdir(join(elsewhere, 'node_modules', 'hallpass'), { recursive: true });
  t.same(
    files.filter((name) => name.endsWith('.ts')),
    [],
  );
});

t.test('its text takes one byte a character', async (t) => {
  // V8 keeps all of a file's text, in each thread, with two bytes a character as soon as one of them needs it. esbuild escapes what it
  // can: what is left stands in HTML or in a regular expression, as an entity or an escape.
  const folder = join(elsewhere, 'node_modules', 'hallpass', 'dist', 'npm');
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    const at = text.search(/[^\0-\x7f]/);
    t.equal(at, -1, `${name}: ${at < 0 ? '' : text.slice(Math.max(0, at - 40), at + 40)}`);
  }
});

t.test('the agent writes its plugin', async () => {
  await program('hallpass-agent', 'plugin', '--out', join(place, 'plugin.zip'));
  await program('hallpass-agent', 'plugin', '--explain', '--previous', join(place, 'plugin.zip'));
});

t.test("the agent's page has its styles and scripts", async (t) => {
  await program('hallpass-agent', 'configure', '--page-port', '0');
  const { url } = await serving(t, 'hallpass-agent', 'The local page', 'page');
  for (const name of ['pico.css', 'page.js', 'uplot.js', 'icon.svg']) {
    t.equal((await fetch(new URL(`/assets/${name}`, url))).status, 200, name);
  }
});

t.test('the relay is configured, serves, and works plans out in its thread', async (t) => {
  await program('hallpass-relay', 'configure', '--port', '0');
  await program('hallpass-relay', 'tenant', 'add', 'contoso', '--name', 'Contoso', '--graph-tenant', guid);
  const made = await program('hallpass-relay', 'token', 'create', 'contoso', '--name', 'test');
  const token = /^Token\s+(\S+)$/m.exec(made.stdout)?.[1] ?? 'none';
  const { url, pid } = await serving(t, 'hallpass-relay', 'relay.ready', 'serve', '--log-format', 'json');
  t.equal((await fetch(new URL('/healthz', url))).status, 200);
  const answer = await fetch(new URL('/api/v1/tenants/contoso/plan', url), {
    headers: { authorization: `Bearer ${token}` },
  });
  if (process.platform === 'linux') {
    t.match(await readFile(`/proc/${pid}/environ`, 'utf8'), /MALLOC_ARENA_MAX=1\0/, 'it started itself again');
  }
  // The thread was started and found the database: there is no profile to plan for yet.
  t.match(await answer.json(), { code: 'PROFILE_MISSING' });
});

const guid = '11111111-2222-4333-8444-555555555555';

/** Starts a program and waits for the event that names its address. */
async function serving(
  t: Test,
  name: string,
  event: string,
  ...args: string[]
): Promise<{ url: string; pid: number | undefined }> {
  const child = spawn(bin(name), args, { cwd: elsewhere, env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'close');
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /https?:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (found !== undefined && line.includes(event)) return { url: found, pid: child.pid };
  }
  throw new Error(`${name} ended before ${event}`);
}
