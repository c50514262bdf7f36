import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startTestRelay } from '../testing/relay-double.ts';
import { exposedState, tidyState } from './home-files.ts';

t.test('reports at startup a restored database that others may read, and a folder that they may write', async (t) => {
  const home = join(t.testdir(), 'state');
  mkdirSync(home, { mode: 0o700 });
  await (await startTestRelay(home)).close();
  t.same(await exposedState(home, process.platform), [], 'what the relay creates is closed');
  chmodSync(join(home, 'relay.db'), 0o644);
  writeFileSync(join(home, 'secret.key'), 'key', { mode: 0o640 });
  chmodSync(join(home, 'secret.key'), 0o640);
  chmodSync(home, 0o777);
  const relay = await startTestRelay(home);
  t.teardown(() => relay.close());
  const reported = relay.events().filter(({ code }) => code === 'STATE_EXPOSED');
  for (const name of ['relay.db', 'secret.key']) {
    t.ok(
      reported.some(({ action }) => String(action).includes(`chmod go= ${join(home, name)}`)),
      name,
    );
  }
  t.ok(reported.some(({ action }) => String(action).includes(`chmod go-w ${home}`)));
  t.same(await exposedState(home, 'win32'), []);
});

t.test('deletes temporary files of dead processes, and keeps those of living ones and other files', async (t) => {
  const home = t.testdir({
    'settings.json.999999999.tmp': 'half',
    'settings.json.bak.999999999.tmp': 'half',
    [`settings.json.${process.ppid}.tmp`]: 'being written',
    'notes.tmp': 'not ours',
  });
  t.same((await tidyState(home)).sort(), ['settings.json.999999999.tmp', 'settings.json.bak.999999999.tmp']);
  t.same(
    [existsSync(join(home, 'notes.tmp')), existsSync(join(home, `settings.json.${process.ppid}.tmp`))],
    [true, true],
  );
});
