import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { Agent, request } from 'undici';
import { pluginZip } from './plugin/test-plugin.ts';

function run(t: Test, ...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { stdio: 'pipe' });
  t.teardown(() => child.kill('SIGKILL'));
  return { child, errors: text(child.stderr), exit: once(child, 'exit') };
}

t.test('reports when it is ready, serves, and stops on SIGTERM', async (t) => {
  const plugin = join(t.testdir({}), 'plugin.zip');
  await writeFile(plugin, await pluginZip());
  const { child, errors, exit } = run(t, '--students', '10', '--plugin', plugin);
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  const ready: unknown = JSON.parse(String(line));
  t.match(ready, {
    ready: true,
    baseUrl: /^https:\/\/127\.0\.0\.1:\d+$/,
    clientId: String,
    clientSecret: String,
    ca: /BEGIN CERT/,
  });
  const { baseUrl, ca } = Object(ready);
  const dispatcher = new Agent({ connect: { ca } });
  const { body } = await request(`${baseUrl}/ws/v1/metadata`, { dispatcher });
  t.match(await body.json(), { metadata: { powerschool_version: '25.2.0.0' } });
  await dispatcher.close();
  child.kill('SIGTERM');
  t.same(await exit, [0, null]);
  t.match(await errors, /10 active students.*Client ID: +[0-9a-f-]{36}/s);
});

t.test('says why it cannot start', async (t) => {
  const dir = t.testdir({ empty: {} });
  const refused = join(dir, 'plugin.zip');
  await writeFile(refused, await pluginZip({ wrapper: 'folder/' }));
  const cases: [string[], RegExp][] = [
    [['--students', '5'], /a district has 10 to 200000 students, not 5/],
    [['--http', '--students', '10', '--plugin', refused], /cannot be installed.\s+plugin\.xml must be at the root/],
    [['--sds-csv', join(dir, 'empty')], /School\.csv is missing/],
  ];
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { errors, exit } = run(t, ...args);
      t.match(await errors, message);
      t.match(await exit, [1, null]);
    }),
  );
});
