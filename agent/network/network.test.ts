/** Which path to a server is chosen, and what is reported about a certificate. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { inspect } from 'node:util';
import t from 'tap';
import { bypassEntries, isBypassed } from '../../shared/proxy-bypass.ts';
import { type ConfigureOptions, configure as configureCommand } from '../commands/configure.ts';
import { changeSettings, settingsSchema } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import type { Context } from '../terminal/context.ts';
import { proxyFor } from './proxy.ts';

const relay = new URL('https://relay.example.com/');

function choose(settings: Record<string, string | string[]>, env: NodeJS.ProcessEnv, url = relay) {
  const all = changeSettings(settingsSchema.parse({}), settings);
  return proxyFor('relay', url, all, { username: 'from', password: 'file' }, env);
}

t.test('NO_PROXY and --proxy-bypass match names, addresses, subnets and ports', async (t) => {
  const cases: [string, string, boolean][] = [
    ['https://relay.example.com', 'example.com', true],
    ['https://relay.example.com', '.example.com', true],
    ['https://relay.example.com', '*.example.com', true],
    ['https://relay.example.com', 'RELAY.EXAMPLE.COM.', true],
    ['https://example.com', '.example.com', true],
    ['https://badexample.com', 'example.com', false],
    ['https://relay.example.com', 'lay.example.com', false],
    ['https://relay.example.com', 'other.org, example.com', true],
    ['https://relay.example.com', 'other.org example.com', true],
    ['https://relay.example.com', 'example.com:443', true],
    ['wss://relay.example.com', 'example.com:443', true],
    ['https://relay.example.com:8443', 'example.com:443', false],
    ['https://relay.example.com:8443', 'example.com:8443', true],
    ['https://anything.at.all', '*', true],
    ['https://relay.example.com', '', false],
    ['https://relay.example.com', '.', false],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '2.3', false],
    ['https://10.1.2.3', '10.0.0.0/99', false],
    ['https://relay.example.com', '10.0.0.0/8', false],
    ['https://[fd00::5]', 'fd00::/8', true],
    ['https://[fd00::5]:8443', '[fd00::5]:8443', true],
    ['https://[fd00::5]', '[fd00::5]:8443', false],
    ['https://[fd00::5]', 'fd00::5', true],
    ['http://127.0.0.1:9000', '', true],
    ['https://localhost', '', true],
    ['https://[::1]:1', '', true],
  ];
  for (const [url, list, expected] of cases) {
    t.equal(isBypassed(new URL(url), bypassEntries(list)), expected, `${url} with "${list}"`);
  }
});

t.test('settings override the environment, and lower case overrides upper case', async (t) => {
  const env = { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:2', http_proxy: 'http://plain:3' };
  t.match(choose({}, env), { url: { href: 'http://lower:1/' }, from: 'https_proxy', credentials: undefined });
  t.match(choose({}, { HTTPS_PROXY: 'proxy.local:8080' }), { url: { href: 'http://proxy.local:8080/' } });
  t.equal(choose({}, { http_proxy: 'http://plain:3', ALL_PROXY: 'http://all:4' }), undefined, 'is for http alone');
  t.equal(choose({}, { https_proxy: '', HTTPS_PROXY: 'http://upper:2' }), undefined, 'switched off in lower case');
  t.match(choose({ 'proxy.url': 'https://set:5' }, env), { url: { href: 'https://set:5/' }, from: 'the settings' });
  t.equal(choose({ 'proxy.url': 'none' }, env), undefined);
  t.equal(choose({}, { ...env, no_proxy: 'example.com', NO_PROXY: 'other' }), undefined);
  t.match(choose({}, { ...env, no_proxy: '', NO_PROXY: 'example.com' }), { from: 'https_proxy' });
  t.match(choose({ 'proxy.bypass': ['elsewhere'] }, { ...env, no_proxy: '*' }), { from: 'https_proxy' });
  t.equal(choose({}, env, new URL('http://127.0.0.1:8080')), undefined, 'this computer itself');
});

t.test('reaches PowerSchool directly unless told otherwise', async (t) => {
  const url = new URL('https://powerschool.example.org');
  const env = { https_proxy: 'http://proxy:1' };
  const through = (which: string) => {
    const settings = changeSettings(settingsSchema.parse({}), { 'proxy.for': which });
    return (['powerschool', 'relay'] as const).map((to) => proxyFor(to, url, settings, null, env) !== undefined);
  };
  t.same(through('relay'), [false, true]);
  t.same(through('powerschool'), [true, false]);
  t.same(through('both'), [true, true]);
});

t.test('puts user name and password in the header and nowhere else', async (t) => {
  const secret = 'p@ss:w%rd';
  const value = `http://DOMAIN%5Cann:${encodeURIComponent(secret)}@proxy:8080`;
  for (const choice of [choose({}, { https_proxy: value }), choose({ 'proxy.url': 'http://proxy:8080' }, {})]) {
    const header = choice?.credentials?.header ?? '';
    const shown = [JSON.stringify(choice), inspect(choice, { depth: 9, showHidden: true }), choice?.url.href].join();
    const plain = Buffer.from(header.replace('Basic ', ''), 'base64').toString();
    t.equal(plain, choice?.from === 'the settings' ? 'from:file' : `DOMAIN\\ann:${secret}`);
    t.notMatch(shown, /ann|p%40ss|p@ss|file|Basic/);
    t.notOk(shown.includes(header));
  }
  for (const [value, reason] of [
    ['socks5://proxy:1080', /begins with http:/],
    ['http://proxy/path', /without a path/],
    ['http://user:%zz@proxy', /percent-encoded/],
    ['http://a:secret@', /not an address/],
  ] as const) {
    const error = await new Promise((resolve) => resolve(choose({}, { https_proxy: value }))).catch((thrown) => thrown);
    t.match(error, { code: 'SETTING_INVALID', message: reason });
    t.notMatch(String(error), /secret|%zz/);
  }
});

t.test('configure keeps the sign-in in a separate file, for one proxy only', async (t) => {
  const folder = t.testdir({ good: 'DOMAIN\\ann:p:w\n', bad: 'no-colon\n' });
  const home = join(folder, 'state');
  const configure = async (options: ConfigureOptions, input = '') => {
    const stdin = Object.assign(Readable.from([input]), { isTTY: false }) as unknown as NodeJS.ReadStream;
    const stdout = new PassThrough();
    await configureCommand(
      { folder: home, stdin, stdout: stdout as unknown as NodeJS.WriteStream } as Context,
      options,
    );
    return String(stdout.read());
  };
  const state = async () => {
    const { settings, proxySignIn } = await AgentState.open(home);
    return { ...settings.proxy, proxySignIn };
  };
  const signIn = { username: 'DOMAIN\\ann', password: 'p:w' };
  const said = await configure({ proxy: 'http://proxy:8080', proxyCredentialsFile: join(folder, 'good') });
  t.match(said, /proxy credentials/);
  t.notMatch(said, /ann|p:w/);
  t.same(await state(), { url: 'http://proxy:8080', for: 'relay', proxySignIn: signIn });
  t.equal((await stat(join(home, 'proxy-credentials'))).mode & 0o777, 0o600);
  t.notMatch(await readFile(join(home, 'settings.json'), 'utf8'), /ann|p:w/);

  await configure({ proxy: 'http://proxy:8080', proxyFor: 'both', proxyBypass: ['a.org'] });
  t.match(await state(), { for: 'both', bypass: ['a.org'], proxySignIn: signIn }, 'the same proxy');
  await configure({ proxy: 'http://other:8080' });
  t.match(await state(), { proxySignIn: null }, 'another proxy does not get them');
  await configure({ proxyCredentialsStdin: true }, 'bob:x');
  t.match(await state(), { proxySignIn: { username: 'bob' } });
  await configure({ proxy: 'environment' });
  t.match(await state(), { url: undefined, proxySignIn: null });

  const before = await state();
  for (const [options, message] of [
    [{ proxyCredentialsFile: join(folder, 'bad') }, /user:password/],
    [{ proxy: 'http://ann:pw@proxy' }, /must not hold a user name or password/],
    [{ proxy: 'socks5://proxy' }, /begins with http:/],
    [{ proxyCa: join(folder, 'good') }, /there is no certificate in it/],
  ] as const) {
    await t.rejects(configure(options), { message });
  }
  t.same(await state(), before);
});

t.test('nothing in the product switches verification off', async (t) => {
  const files = [];
  for (const folder of ['agent', 'plugin', 'relay', 'shared']) {
    const root = new URL(`../../${folder}/`, import.meta.url).pathname;
    for (const name of await readdir(root, { recursive: true })) {
      if (/\.(ts|mjs)$/.test(name) && !name.endsWith('.test.ts') && !name.includes('testing/'))
        files.push(join(root, name));
    }
  }
  t.ok(files.length > 100);
  // `new TLSSocket` verifies nothing by itself; the other patterns are obvious.
  const ways =
    /rejectUnauthorized(?!: true\b)|new TLSSocket|TLS_REJECT_UNAUTHORIZED|checkServerIdentity|setDefaultCACertificates/;
  const offenders = [];
  for (const file of files) {
    const code = (await readFile(file, 'utf8')).replace(/^\s*(\/\/|\/?\*).*$/gm, '');
    if (ways.test(code)) offenders.push(file);
  }
  t.same(offenders, []);
});
