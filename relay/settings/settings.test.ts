import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { loadSettings, saveSettings, settingsNotice } from './settings.ts';

t.test('leaves settings of a newer relay alone, names them, and keeps them', async (t) => {
  const home = join(t.testdir({}), 'relay');
  await mkdir(home);
  const file = join(home, 'settings.json');
  await writeFile(file, JSON.stringify({ listen: { port: 8443, quic: { on: true } }, mesh: 'east' }));
  const settings = await loadSettings(home);
  t.equal(settings.listen.port, 8443);
  t.notOk('mesh' in settings);
  const notice = await settingsNotice(home);
  t.equal(notice?.code, 'STATE_KEYS_UNKNOWN');
  t.match(notice?.message, /listen\.quic/);
  t.match(notice?.message, /mesh/);
  await saveSettings(home, { ...settings, listen: { ...settings.listen, port: 9443 } });
  t.match(JSON.parse(await readFile(file, 'utf8')), { listen: { port: 9443, quic: { on: true } }, mesh: 'east' });
});
