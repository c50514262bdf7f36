/** hallpass-agent.exe under Wine 10: what Windows does differently, as far as Wine does it too. The folder: `npm run wine`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { hallpassVersion } from '../../../shared/version.ts';
import { buildAgent } from '../agent/build.ts';
import { finishedFile, inside, wine, wineFolder } from './folder.ts';

const folder = wineFolder(process.env);
const isThere = existsSync(join(folder, finishedFile)) && process.getuid?.() === 0;
if (!isThere) {
  t.pass(`there is no folder ${folder} with Wine, or this is not root: make it with "npm run wine"`, { skip: true });
} else {
  const place = await mkdtemp(join(tmpdir(), 'hallpass-wine-'));
  t.teardown(() => rm(place, { recursive: true, force: true }));
  const drive = join(folder, 'root', 'prefix', 'drive_c');
  const made = await buildAgent(join(place, 'dist'), ['windows']);
  const environment = [
    'env',
    'HOME=/root',
    'WINEPREFIX=/root/prefix',
    'WINEDEBUG=-all',
    'WINEDLLOVERRIDES=mscoree,mshtml=',
  ];

  /** Wine's consoles are none of Node's: what it prints goes to files. */
  const run = async (...command: string[]) => {
    const [program, ...args] = inside(folder, [...environment, 'HALLPASS_HOME=C:\\hp\\state', wine, ...command]);
    const files = await Promise.all([open(join(place, 'out'), 'w+'), open(join(place, 'err'), 'w+')]);
    const child = spawn(program, args, { stdio: ['ignore', files[0].fd, files[1].fd] });
    const [code] = await once(child, 'close');
    await Promise.all(files.map((file) => file.close()));
    const [out, err] = await Promise.all([readFile(join(place, 'out'), 'utf8'), readFile(join(place, 'err'), 'utf8')]);
    return { code, out, err };
  };
  const agent = (...args: string[]) => run('C:\\hp\\hallpass-agent.exe', ...args);

  if (!existsSync(drive)) await run('wineboot', '-i');
  await rm(join(drive, 'hp'), { recursive: true, force: true });
  await mkdir(join(drive, 'hp', 'state'), { recursive: true });
  await copyFile(
    made.find((file) => file.endsWith('.exe')) ?? 'no executable',
    join(drive, 'hp', 'hallpass-agent.exe'),
  );
  const state = (name: string) => join(drive, 'hp', 'state', name);

  t.test('it says its version', async (t) => {
    t.match(await agent('--version'), { code: 0, out: `${hallpassVersion}\n` });
  });

  t.test('a secret of PowerShell is read, and what a newer version has set stays', async (t) => {
    await writeFile(join(drive, 'hp', 'secret.txt'), '\uFEFFhush-hush\r\n', 'utf16le');
    await writeFile(state('settings.json'), '{"jitter":{"seconds":3},"page":{"port":0}}');
    const given = ['--powerschool-url', 'https://powerschool.example.org', '--powerschool-client-id', 'c'];
    const stored = await agent('configure', ...given, '--powerschool-secret-file', 'C:\\hp\\secret.txt');
    t.match(stored, { code: 0, err: /does not know jitter/ });
    t.equal(await readFile(state('powerschool-secret'), 'utf8'), '"hush-hush"');
    t.match(JSON.parse(await readFile(state('settings.json'), 'utf8')), { jitter: { seconds: 3 } });
  });

  t.test('the lock of a dead agent is nobody’s, whoever has its process id', async (t) => {
    await writeFile(state('agent.lock'), '{"pid":56,"started":""}');
    t.match(await agent('status'), { code: 0, out: /Running +no/ });
    const enrolled = await agent('enroll', '--relay', 'https://127.0.0.1:9', '--code', 'ABCD-EFGH-JKLM');
    t.match(enrolled, { err: /error\[RELAY_UNREACHABLE\]/ }, 'it got past the lock');
  });

  t.test('check claims nothing of the rights that it could not see', async (t) => {
    const { out } = await agent('check', '--json');
    const found = JSON.parse(out).checks.find(({ name }: { name: string }) => name === 'state-folder');
    // Wine's icacls does nothing and says nothing.
    t.match(found, { status: 'warn', fact: /icacls does not say/ });
  });
}
