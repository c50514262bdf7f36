/** The built agent, as a district has it: an executable alone, with no Node, no node_modules, no PATH and no HOME. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import t from 'tap';
import { assetFile } from '../../agent/page/asset-contents.ts';
import { type AssetName, assets } from '../../agent/page/assets.ts';
import { RelayProcess } from '../../agent/testing/relay-process.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { createAuthority } from '../simulators/authority.ts';
import { startPowerSchoolSimulator } from '../simulators/powerschool/server.ts';
import { buildAgent } from './agent/build.ts';
import { iconPicture, iconSizes } from './agent/icon.ts';
import { packagesIn } from './agent/licenses.ts';
import { withoutSignature } from './agent/signature.ts';

const isHere = process.platform === 'linux' && process.arch === 'x64';
const folder = t.testdir({ anywhere: {} });
const made = await buildAgent(join(folder, 'dist'), isHere ? ['linux', 'windows'] : ['windows']);

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

const home = join(folder, 'state');

/** With one environment variable, in a folder that has nothing to do with the project. */
function start(file: string, args: readonly string[]) {
  return spawn(file, args, { cwd: join(folder, 'anywhere'), env: { HALLPASS_HOME: home } });
}

async function run(file: string, ...args: string[]): Promise<Ended> {
  const child = start(file, args);
  child.stdin.end();
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, out, err };
}

t.test('the bundle is one file, and the licenses of what is in it are beside it', async (t) => {
  const [bundle = '', licenses = ''] = [made[0], made.at(-1)];
  t.match(await run(process.execPath, bundle, '--version'), { code: 0, out: `${hallpassVersion}\n`, err: '' });
  const texts = await readFile(licenses, 'utf8');
  for (const name of ['Node.js', 'undici', 'ws', 'zod', 'lowdb', 'jose', 'commander', 'pino', 'yazl', 'yauzl']) {
    t.match(texts, new RegExp(`^={20,}\n${name.replace('.', '\\.')}[ ,]`, 'm'));
  }
  const inputs = { 'node_modules/@a/b/c.js': {}, 'node_modules/d/node_modules/e/f.js': {}, 'agent/main.ts': {} };
  const metafile = { inputs, outputs: {} } as unknown as Parameters<typeof packagesIn>[0];
  t.same(packagesIn(metafile), ['node_modules/@a/b', 'node_modules/d/node_modules/e']);
});

t.test('a signature is taken out, with the bytes that it stood in', async (t) => {
  const image = Buffer.alloc(600, 1);
  image.write('MZ');
  image.writeUInt32LE(64, 0x3c);
  const entry = 64 + 168;
  image.writeUInt32LE(500, entry);
  image.writeUInt32LE(100, entry + 4);
  const unsigned = withoutSignature(image);
  t.equal(unsigned.length, 500);
  t.equal(unsigned.readBigUInt64LE(entry), 0n);
  t.equal(withoutSignature(unsigned), unsigned);
  image.writeUInt32LE(90, entry + 4);
  t.throws(() => withoutSignature(image), /end of the executable/);
  const elf = Buffer.from('\x7fELF');
  t.equal(withoutSignature(elf), elf);
});

t.test('the executable for Windows shows whose it is, and holds the program', async (t) => {
  const content = await readFile(made.find((file) => file.endsWith('.exe')) ?? 'no executable');
  const { entries } = NtExecutableResource.from(NtExecutable.from(content));
  const [version, ...others] = Resource.VersionInfo.fromEntries(entries);
  t.equal(others.length, 0);
  const language = version?.getAllLanguagesForStringValues()[0];
  t.match(language && version?.getStringValues(language), {
    CompanyName: 'Hallpass',
    FileDescription: 'Hallpass agent',
    FileVersion: hallpassVersion,
    OriginalFilename: 'hallpass-agent.exe',
    ProductName: 'Hallpass',
    ProductVersion: hallpassVersion,
  });
  const groups = Resource.IconGroupEntry.fromEntries(entries);
  t.equal(groups.length, 1);
  const pictures = groups[0]?.getIconItemsFromEntries(entries) ?? [];
  t.same(
    pictures.map((picture) => picture.isRaw() && Buffer.from(picture.bin)),
    iconSizes.map((size) => iconPicture(size)),
  );
  t.ok(entries.some(({ type, id }) => type === 10 && id === 'NODE_SEA_BLOB'));
});

const skip = isHere ? false : 'the executable for linux-x64 runs on linux-x64 only';

t.test('the executable alone brings a district to its first sync', { skip }, async (t) => {
  const executable = made[1] ?? '';
  const agent = (...args: string[]) => run(executable, ...args);
  t.equal((await stat(executable)).mode & 0o777, 0o755);
  t.match(await agent('--help'), { code: 0, out: /Commands:\n {2}setup/, err: '' });
  t.match(await agent('sync', '--once'), { code: 78, out: '', err: /^error\[NOT_CONFIGURED\]/ });

  const authority = await createAuthority('District CA');
  await mkdir(join(folder, 'relay'));
  const relay = await RelayProcess.start(join(folder, 'relay'), await authority.issue(['localhost', '127.0.0.1']));
  t.teardown(() => relay.close());
  const simulator = await startPowerSchoolSimulator({ students: 30 });
  t.teardown(() => simulator.close());
  const [relayCa, powerschoolCa, secret] = ['relay.pem', 'powerschool.pem', 'secret'].map((name) => join(folder, name));
  await writeFile(relayCa ?? '', authority.ca);
  await writeFile(powerschoolCa ?? '', simulator.ca ?? '');

  const zip = join(folder, 'plugin.zip');
  t.match(await agent('plugin', '--out', zip), { code: 0, err: '' });
  const { clientId, clientSecret } = await simulator.installPlugin(await readFile(zip));
  await writeFile(secret ?? '', clientSecret, { mode: 0o600 });
  const powerschool = ['--powerschool-url', simulator.baseUrl, '--powerschool-ca', powerschoolCa ?? ''];
  const access = ['--powerschool-client-id', clientId, '--powerschool-secret-file', secret ?? ''];
  t.match(await agent('configure', ...powerschool, ...access, '--page-port', '0'), { code: 0, err: '' });
  const enrollment = ['--relay', relay.url, '--relay-ca', relayCa ?? '', '--code', await relay.code()];
  t.match(await agent('enroll', ...enrollment), { code: 0, err: '' });

  const { checks } = JSON.parse((await agent('check', '--json')).out);
  t.same(
    checks.filter(({ status }: { status: string }) => status === 'fail'),
    [],
  );
  t.match(await agent('sync', '--once'), { code: 0, out: /Sent [1-9]/, err: '' });
  t.match(await agent('sync', '--once'), { code: 0, out: /Nothing has changed/, err: '' });
  t.match(await agent('status'), { code: 0, out: /Running +no\n.*AGENT_NOT_RUNNING/s });
});

t.test('the executable serves its page without a file to read it from', { skip }, async (t) => {
  const child = start(made[1] ?? '', ['run', '--log-format', 'json']);
  child.stdin.end();
  const ended = once(child, 'close');
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.event !== 'page.open') continue;
    url = event.url;
    break;
  }
  t.match(await (await fetch(url)).text(), /<title>/);
  for (const name of Object.keys(assets) as AssetName[]) {
    const answer = await fetch(new URL(`/assets/${name}`, url));
    t.equal(answer.headers.get('content-type'), assets[name].type);
    t.equal(await answer.text(), await readFile(assetFile(name), 'utf8'), name);
  }
  child.kill('SIGTERM');
  t.same(await ended, [0, null]);
});
