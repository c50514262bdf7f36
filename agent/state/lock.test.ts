import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { lockHolder, takeLock } from './lock.ts';
import { holdPipe, pipeHolder, pipeOf } from './pipe-lock.ts';

t.test("a dead agent's lock never blocks another, whoever has its process id now", async (t) => {
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  t.teardown(() => other.kill('SIGKILL'));
  await once(other, 'spawn');
  const path = join(t.testdir({}), 'agent.lock');
  const { pid } = other;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const dead = [
    { pid, started: '' },
    { pid, started: '1' },
    { pid, started, boot: 'another boot' },
    { pid: 1, started: '' },
  ];
  for (const holder of dead) {
    await writeFile(path, JSON.stringify(holder));
    t.equal(await lockHolder(path), undefined, JSON.stringify(holder));
    const lock = await takeLock(path);
    await lock.release();
  }
  if (stat === '') return;
  await writeFile(path, JSON.stringify({ pid, started }));
  await t.rejects(takeLock(path), { code: 'STATE_IN_USE', action: /systemctl/ }, 'a living one from 0.2.0');
});

t.test('an unreadable lock file belongs to nobody', async (t) => {
  const path = join(t.testdir({}), 'agent.lock');
  for (const content of ['', '\0\0\0', '{"pid":', '[]', '{"pid":-1,"started":""}', '{"pid":1e15,"started":""}']) {
    await writeFile(path, content);
    t.equal(await lockHolder(path), undefined, JSON.stringify(content));
    await (await takeLock(path)).release();
  }
  await mkdir(path);
  await t.rejects(takeLock(path), {
    code: 'STATE_UNWRITABLE',
    message: /agent\.lock cannot be written: it is a folder/,
  });
});

const noUsers = process.getuid?.() !== 0 && 'only root can be another user';
t.test('does not take a lock from its holder when this account may not read it', { skip: noUsers }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-lock-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'agent.lock');
  await writeFile(path, '{"pid":1,"started":"1"}', { mode: 0o600 });
  await chown(folder, 65_534, 65_534);
  process.seteuid?.(65_534);
  const taking = await takeLock(path).catch((error) => error);
  process.seteuid?.(0);
  t.match(taking, { code: 'STATE_UNWRITABLE', message: /this account may not open it/ });
  t.equal(await readFile(path, 'utf8'), '{"pid":1,"started":"1"}', 'it is where it was');
});

t.test('the holder of a pipe holds it as long as it lives', async (t) => {
  // On Linux a socket in a folder behaves like a pipe on Windows, except that it leaves a file.
  const folder = await mkdtemp(join(tmpdir(), 'hallpass-pipe-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = process.platform === 'win32' ? await pipeOf(join(folder, 'agent.lock')) : join(folder, 'pipe');
  t.equal(await pipeHolder(path), undefined);
  const server = await holdPipe(path);
  t.ok(server);
  t.equal(await pipeHolder(path), process.pid);
  t.equal(await holdPipe(path), undefined, 'held once');
  await new Promise((resolve) => server?.close(resolve));
  t.equal(await pipeHolder(path), undefined, 'free again');
  t.equal(await pipeOf('/a/b/agent.lock'), await pipeOf('/A/b/agent.lock'), 'paths on Windows ignore case');
});
