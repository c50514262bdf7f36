/** hallpass-agent.exe under Wine 10: what Windows does differently, as far as Wine does it too. The folder: `npm run wine`. */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { RelayProcess } from '../../../agent/testing/relay-process.ts';
import { hallpassVersion } from '../../../shared/version.ts';
import { createAuthority } from '../../simulators/authority.ts';
import { startPowerSchoolSimulator } from '../../simulators/powerschool/server.ts';
import { buildAgent } from '../agent/build.ts';
import { runtimeFor } from '../agent/runtime.ts';
import { WindowsComputer } from './computer.ts';
import { finishedFile, wineFolder } from './folder.ts';

/** How long a file is held that is let go again, milliseconds: well within what the agent waits. */
const heldMs = 2000;

const folder = wineFolder(process.env);
const isThere = existsSync(join(folder, finishedFile)) && process.getuid?.() === 0;
if (!isThere) {
  t.pass(`there is no folder ${folder} with Wine, or this is not root: make it with "npm run wine"`, { skip: true });
} else {
  const place = await mkdtemp(join(tmpdir(), 'hallpass-acceptance-'));
  t.teardown(() => rm(place, { recursive: true, force: true }));
  const made = await buildAgent(join(place, 'dist'), ['windows']);
  const computer = await WindowsComputer.start(folder, await runtimeFor('windows', place));
  t.teardown(() => computer.close());
  const executable = made.find((file) => file.endsWith('.exe')) ?? 'no executable';
  await copyFile(executable, computer.file('hallpass-agent.exe'));
  const agent = (...args: string[]) => computer.run('C:\\hp\\hallpass-agent.exe', ...args);
  const state = (name: string) => computer.file('state', name);

  t.test('it says its version', async (t) => {
    t.match(await agent('--version'), { code: 0, out: `${hallpassVersion}\n` });
  });

  t.test('a secret of PowerShell is read, and what a newer version has set stays', async (t) => {
    await writeFile(computer.file('secret.txt'), '\uFEFFhush-hush\r\n', 'utf16le');
    await writeFile(state('settings.json'), '{"jitter":{"seconds":3},"page":{"port":0}}');
    const given = ['--powerschool-url', 'https://powerschool.example.org', '--powerschool-client-id', 'c'];
    const stored = await agent('configure', ...given, '--powerschool-secret-file', 'C:\\hp\\secret.txt');
    t.match(stored, { code: 0, err: /does not know jitter/ });
    t.equal(await readFile(state('powerschool-secret'), 'utf8'), '"hush-hush"');
    t.match(JSON.parse(await readFile(state('settings.json'), 'utf8')), { jitter: { seconds: 3 } });
  });

  t.test('the lock of a dead agent is nobody’s, no matter which process has its id', async (t) => {
    await writeFile(state('agent.lock'), '{"pid":56,"started":""}');
    t.match(await agent('status'), { code: 0, out: /Running +no/ });
    const enrolled = await agent('enroll', '--relay', 'https://127.0.0.1:9', '--code', 'ABCD-EFGH-JKLM');
    t.match(enrolled, { err: /error\[RELAY_UNREACHABLE\]/ }, 'it got past the lock');
  });

  t.test('check claims nothing of the rights that it could not see', async (t) => {
    const { out } = await agent('check', '--json');
    const found = JSON.parse(out).checks.find(({ name }: { name: string }) => name === 'state-folder');
    // Wine's icacls does nothing and says nothing.
    t.match(found, { status: 'warn', fact: /icacls does not show/ });
  });

  t.test('a file that another program holds is read when it is free', async (t) => {
    const release = await computer.hold('C:\\hp\\state\\settings.json');
    const reading = agent('status');
    await wait(heldMs);
    await release();
    const read = await reading;
    t.match(read, { code: 0, out: /powerschool\.example\.org/ });
    t.ok(read.ms >= heldMs, 'it waited');

    t.teardown(await computer.hold('C:\\hp\\state\\powerschool-secret'));
    const busy = await agent('status');
    t.match(busy, { code: 75, err: /error\[STATE_BUSY\] .*powerschool-secret is open in another program/ });
    t.match(busy.err, /leave the file where it is/);
    t.notMatch(busy.err, /move/);
  });

  t.test('a file that another program has open is replaced and deleted when it is closed', async (t) => {
    await writeFile(computer.file('proxy.txt'), 'ann:right1');
    const proxy = ['--proxy', 'http://proxy.example.org:8080', '--proxy-credentials-file', 'C:\\hp\\proxy.txt'];
    t.match(await agent('configure', ...proxy), { code: 0 });
    const changes: [file: string, change: string[]][] = [
      ['settings.json', ['--name', 'North']],
      ['proxy-credentials', ['--proxy', 'environment']],
    ];
    for (const [file, change] of changes) {
      const release = await computer.holdForReading(`C:\\hp\\state\\${file}`);
      const changing = agent('configure', ...change);
      await wait(heldMs);
      await release();
      const changed = await changing;
      t.match(changed, { code: 0 }, file);
      t.ok(changed.ms >= heldMs, 'it waited');
    }
    t.equal(JSON.parse(await readFile(state('settings.json'), 'utf8')).name, 'North');
    t.notOk(existsSync(state('proxy-credentials')));

    t.teardown(await computer.holdForReading('C:\\hp\\state\\settings.json'));
    const busy = await agent('configure', '--name', 'South');
    t.match(busy, { code: 75, err: /error\[STATE_BUSY\] .*settings\.json is open in another program/ });
    t.equal(JSON.parse(await readFile(state('settings.json'), 'utf8')).name, 'North', 'what was there is there');
    t.same(
      (await readdir(computer.file('state'))).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  const authority = await createAuthority('District CA');
  await mkdir(join(place, 'relay'));
  const relay = await RelayProcess.start(join(place, 'relay'), await authority.issue(['localhost', '127.0.0.1']));
  t.teardown(() => relay.close());

  t.test('an authority of a group policy is trusted, and one in a file', async (t) => {
    const tls = async () => {
      const { out } = await agent('check', '--json');
      return JSON.parse(out).checks.find(({ name }: { name: string }) => name === 'relay.tls');
    };
    await agent('configure', '--relay-url', relay.url);
    t.match(await tls(), { status: 'fail', action: /"District CA"/ });
    const { raw, fingerprint } = new X509Certificate(authority.ca);
    const sha1 = fingerprint.replaceAll(':', '');
    await computer.trust(raw, sha1);
    t.teardown(() => computer.distrust(sha1));
    t.match(await tls(), { status: 'pass' }, 'the registry');
    await computer.distrust(sha1);
    t.match(await tls(), { status: 'fail' });
    await writeFile(
      computer.file('relay.pem'),
      `\uFEFFthe relay's\r\n${authority.ca.replaceAll('\n', '\r\n')}`,
      'utf16le',
    );
    t.match(await agent('configure', '--relay-ca', 'C:\\hp\\relay.pem'), { code: 0 });
    t.match(await tls(), { status: 'pass' }, 'a file that PowerShell wrote');
  });

  t.test('a whole district is sent, by one agent at a time', async (t) => {
    const simulator = await startPowerSchoolSimulator({ students: 30 });
    t.teardown(() => simulator.close());
    await relay.addDistrict('windows');
    t.match(await agent('plugin', '--out', 'C:\\hp\\plugin.zip'), { code: 0 });
    const { clientId, clientSecret } = await simulator.installPlugin(await readFile(computer.file('plugin.zip')));
    await writeFile(computer.file('secret.txt'), `${clientSecret}\r\n`, 'utf16le');
    await writeFile(computer.file('powerschool.cer'), new X509Certificate(simulator.ca ?? '').raw);
    await writeFile(computer.file('code.txt'), `\uFEFF${await relay.code('windows')}\r\n`, 'utf16le');
    const powerschool = ['--powerschool-url', simulator.baseUrl, '--powerschool-ca', 'C:\\hp\\powerschool.cer'];
    const access = ['--powerschool-client-id', clientId, '--powerschool-secret-file', 'C:\\hp\\secret.txt'];
    t.match(await agent('configure', ...powerschool, ...access), { code: 0 });
    t.match(await agent('enroll', '--code-file', 'C:\\hp\\code.txt'), { code: 0 });

    const running = await computer.start('C:\\hp\\hallpass-agent.exe', 'run', '--log-format', 'json');
    t.teardown(running.kill);
    await running.prints(/"event":"cycle\.committed"/);
    t.match(await relay.records('windows'), { student: 30 });
    const second = await agent('sync', '--once');
    t.match(second, { code: 78, err: /error\[STATE_IN_USE\] Another agent \(process \d+\)/ });
    t.match(second.err, /Stop-Service hallpass-agent/);
    t.match(await agent('status'), { code: 0, out: /Running +yes/ });

    running.kill();
    await running.ended;
    t.match(await agent('status'), { code: 0, out: /Running +no/ }, 'the lock went with its process');
    t.match(await agent('sync', '--once'), { code: 0, out: /Nothing has changed/ });
  });
}
