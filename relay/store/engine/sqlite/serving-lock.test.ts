import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { startTestRelay } from '../../../testing/relay-double.ts';
import { openStore } from '../../store.ts';
import { listTenants } from '../../tenants/system.ts';
import { takeServingLock } from './serving-lock.ts';

t.test('a second relay on the same folder is refused, and commands are not', async (t) => {
  const home = t.testdir();
  const relay = await startTestRelay(home);
  await t.rejects(startTestRelay(home), { code: 'RELAY_RUNNING', message: new RegExp(home) });
  const store = await openStore(join(home, 'relay.db'));
  t.same(await store.system(listTenants), []);
  await store.close();
  await relay.close();
  await (await startTestRelay(home)).close();
});

t.test('the lock ends with a process that is killed', async (t) => {
  const home = t.testdir();
  const module = new URL('./serving-lock.ts', import.meta.url).href;
  const code = `import { takeServingLock } from ${JSON.stringify(module)};
    takeServingLock(process.argv[1]); gc(); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', code, home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  t.throws(() => takeServingLock(home), { code: 'RELAY_RUNNING' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  takeServingLock(home)();
});
