import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { DemoError } from './demo-error.ts';
import type { LogEvent } from './program.ts';
import { Programs } from './programs.ts';

const never = new AbortController().signal;
const isReady = (line: LogEvent) => line.ready === true;

/** A program that runs `more` and then reports that it is ready. */
const script = (more: string) => ['-e', `${more}; console.log('{"ready":true,"port":0}');`];
const untilStopped = "setInterval(() => {}, 1000); process.once('SIGTERM', () => process.exit(0))";

async function folderOf(t: { testdir(): string }): Promise<string> {
  const folder = t.testdir();
  await mkdir(join(folder, 'logs'));
  return folder;
}

t.test('names a program that ends by itself, with its last output and what to do', async (t) => {
  await using programs = new Programs(await folderOf(t), never);
  await programs.start(
    'relay',
    script("setTimeout(() => { console.error('listen EADDRINUSE :443'); process.exit(3) }, 50)"),
    {
      ready: isReady,
    },
  );
  await once(programs.signal, 'abort');
  const { reason } = programs.signal;
  t.ok(reason instanceof DemoError);
  t.equal(reason.message, 'relay ended with exit code 3.');
  t.match(reason.action, 'Another program uses its port');
  t.match(reason.lastLines.at(-1), 'EADDRINUSE');
});

t.test('names a command that fails, and returns the output of one that succeeds', async (t) => {
  await using programs = new Programs(await folderOf(t), never);
  t.strictSame(await programs.run('ask', ['-e', "console.error('noise'); console.log('answer')"]), ['answer']);
  await t.rejects(programs.run('fail', ['-e', "console.error('  → Do this.'); process.exit(78)"]), {
    message: 'fail ended with exit code 78.',
    action: 'See its own advice above.',
  });
});

t.test('stops programs in reverse order, and starts none afterwards', async (t) => {
  const folder = await folderOf(t);
  const ended: string[] = [];
  const programs = new Programs(folder, never);
  for (const name of ['first', 'second', 'third']) {
    const { program } = await programs.start(name, script(untilStopped), { ready: isReady });
    program.ended.then(({ code }) => ended.push(`${name} ${code}`));
  }
  await programs[Symbol.asyncDispose]();
  t.strictSame(ended, ['third 0', 'second 0', 'first 0']);
  await t.rejects(programs.start('late', script(''), { ready: isReady }), { message: 'over' });
  await t.rejects(programs.run('late', script('')), { message: 'over' });
});

t.test('when the demo itself is killed, its programs end too', async (t) => {
  const folder = await folderOf(t);
  const listening = `const server = require('node:net').createServer();
    server.listen(0, () => console.log(JSON.stringify({ ready: true, port: server.address().port })));`;
  const demo = `import { Programs } from ${JSON.stringify(new URL('./programs.ts', import.meta.url).href)};
    const programs = new Programs(${JSON.stringify(folder)}, new AbortController().signal);
    const { ready } = await programs.start('server', ['-e', ${JSON.stringify(listening)}], { ready: (line) => line.ready });
    console.log(ready.port);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', demo], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(createInterface({ input: parent.stdout }), 'line');
  const socket = connect(Number(port), 'localhost');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  parent.kill('SIGKILL');
  await once(socket, 'close');
  t.pass('the server is gone');
});
