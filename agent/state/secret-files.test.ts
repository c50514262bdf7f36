/** Secrets of a running agent are not in its arguments, its output, its page, or in files that others can read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { startVariables } from '../../shared/testing/start-variables.ts';
import { agentScript } from '../testing/command.ts';
import { District } from '../testing/district.ts';
import { AgentState } from './agent-state.ts';
import { statePaths } from './folder.ts';
import { closeSecretFiles } from './secret-files.ts';

const secret = 'hush-hush-4711';

t.test('a running agent keeps its secrets to itself, and closes secret files that others could read', async (t) => {
  const district = await District.open(join(t.testdir({}), 'state'), 3);
  t.teardown(() => district.close());
  district.powerschool.clientSecret = secret;
  const state = await AgentState.open(district.folder);
  await state.saveSecret(secret);
  await state.saveProxySignIn({ username: 'ann', password: `${secret}-proxy` });
  const key = state.identity?.privateKey.d ?? 'missing';
  const { paths } = state;
  await chmod(paths.secret, 0o644);
  await chmod(paths.identity, 0o640);

  const status = district.relay.next('status');
  const child = spawn(process.execPath, [agentScript, 'run', '--log-format', 'json'], {
    env: { ...startVariables, HALLPASS_HOME: district.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const page = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const event = JSON.parse(line);
    if (event.event === 'page.open') page.resolve(event.url);
  });
  await status;
  const seen = new Map([['page', await fetch(await page.promise).then((answer) => answer.text())]]);
  if (process.platform === 'linux') {
    for (const name of ['cmdline', 'environ']) seen.set(name, await readFile(`/proc/${child.pid}/${name}`, 'utf8'));
  }
  child.kill('SIGTERM');
  await once(child, 'close');
  seen.set('output', lines.join('\n'));
  for (const [name, text] of seen) t.notOk(text.includes(secret) || text.includes(key), name);
  t.match(seen.get('page'), /Test district/, 'the page was really there');

  const exposed = lines.map((line) => JSON.parse(line)).filter(({ code }) => code === 'SECRET_EXPOSED');
  t.match(exposed, [
    { message: /powerschool-secret.*mode 644\). The agent has restricted it/ },
    { message: /identity\.json.*mode 640/ },
  ]);
  for (const file of [paths.secret, paths.identity]) t.equal((await stat(file)).mode & 0o777, 0o600, file);
  t.same(await closeSecretFiles(statePaths(district.folder)), [], 'reported once');
});
