/**
 * A real agent and a real relay with the proxies between that districts have, as Debian brings them. Each is run on a
 * configuration of its own; the agent enrolls through it, sends a district, and stays on pings alone.
 */
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { changeSettings } from '../settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { District } from '../testing/district.ts';
import { openAgent } from '../testing/open-agent.ts';
import { freePort, missing, Program } from '../testing/program.ts';
import { RelayProcess } from '../testing/relay-process.ts';
import { enroll } from '../uplink/enroll.ts';
import { type HttpProxy, ProxyCredentials, type ProxySignIn } from './proxy.ts';

const authority = await createAuthority('Operator CA');
const folder = t.testdir({ relay: {} });
const relay = await RelayProcess.start(join(folder, 'relay'), await authority.issue(['localhost', '127.0.0.1']));
t.teardown(() => relay.close());
await relay.wantEverySchool();
// By name, because Squid's own certificates for an address name it in a way that no client accepts.
const relayUrl = new URL(relay.url);
relayUrl.hostname = 'localhost';

const ann: ProxySignIn = { username: 'ann', password: 'right1' };
const wrong: ProxySignIn = { ...ann, password: 'wrong' };

/** Starts a program on a configuration; a test that fails shows what it printed. */
async function start(t: Test, file: string, own: string, port: number, text: string, args: (file: string) => string[]) {
  const configuration = join(own, 'configuration');
  await writeFile(configuration, text);
  const program = new Program(file, args(configuration), port, own);
  t.teardown(() => program.stop());
  t.teardown(() => t.passing() || t.comment(program.said));
  await program.start();
}

/** Loopback is never reached through a proxy that settings name, so this one is put together by hand. */
function proxyAt(port: number, signIn: ProxySignIn | null): HttpProxy {
  const credentials = signIn === null ? undefined : new ProxyCredentials(signIn);
  return { url: new URL(`http://127.0.0.1:${port}`), credentials, from: 'the settings', ca: [] };
}

/** Enrolls through the proxy, sends a whole district, and keeps the connection through pings. */
async function worksThrough(t: Test, proxy: HttpProxy, ca = [authority.ca]): Promise<void> {
  const district = await District.open(join(t.testdir({}), 'state'), 25);
  t.teardown(() => district.close());
  const identity = await enroll({ relay: relayUrl, ca, proxy, code: await relay.code(), name: t.name.slice(0, 40) });
  const state = await AgentState.open(district.folder);
  await state.saveSettings(changeSettings(state.settings, { 'relay.url': relayUrl.href }));
  await state.saveIdentity(identity);

  const stop = new AbortController();
  const opened = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<number>();
  let answers = 0;
  const answered = Promise.withResolvers<void>();
  const { agent } = await openAgent(district.folder, relayUrl, stop.signal, {
    relayWay: { ca, proxy },
    vitals: { pingMs: 100, progressMs: 60_000 },
    report: (event) => {
      if (event.event === 'link.open') opened.resolve();
      if (event.event === 'cycle.committed') committed.resolve(event.upserts);
      if (event.event === 'link.lost') committed.reject(new Error(event.message));
    },
    watch: (moment) => {
      if (moment.moment !== 'link.answered') return;
      answers += 1;
      if (answers > 10) answered.resolve();
    },
  });
  const ended = agent.run();
  await opened.promise;
  t.ok((await committed.promise) > 50, 'a whole district is sent');
  await answered.promise;
  t.pass('ten pings are answered through it');
  stop.abort();
  await ended;
}

/** What an agent says that the proxy does not let through. */
async function refused(
  t: Test,
  proxy: HttpProxy,
  expected: { code: string; message?: RegExp },
  message: string,
): Promise<void> {
  await t.rejects(
    enroll({ relay: relayUrl, ca: [authority.ca], proxy, code: 'ABCD-EFGH-JKLM', name: 'x' }),
    expected,
    message,
  );
}

const squid = '/usr/sbin/squid';
const noSquid = await missing(squid);

/** Squid in one process, which keeps nothing. */
function squidText(port: number, more: readonly string[], listen = ''): string {
  return [
    `http_port 127.0.0.1:${port} ${listen}`,
    ...['pid_filename none', 'access_log none', 'cache_log /dev/null', 'cache deny all', 'cache_mem 1 MB'],
    ...['pinger_enable off', 'netdb_filename none', 'shutdown_lifetime 0 seconds', 'max_filedescriptors 1024'],
    ...more,
    '',
  ].join('\n');
}

const inForeground = (file: string) => ['-N', '-f', file];

/** A folder that Squid's own user, who is not the one of this process, can read and write. */
async function squidFolder(t: Test): Promise<string> {
  const own = t.testdir({});
  const uid = Number(execFileSync('id', ['-u', 'proxy']));
  if (process.getuid?.() === 0) await chown(own, uid, uid);
  await chmod(own, 0o755);
  return own;
}

t.test('Squid without a password', { skip: noSquid }, async (t) => {
  const [own, port] = [await squidFolder(t), await freePort()];
  await start(t, squid, own, port, squidText(port, ['http_access allow all']), inForeground);
  await worksThrough(t, proxyAt(port, null));
});

t.test('Squid with user name and password (Basic)', { skip: noSquid }, async (t) => {
  const [own, port] = [await squidFolder(t), await freePort()];
  const users = join(own, 'users');
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: ann.password, encoding: 'utf8' });
  await writeFile(users, `${ann.username}:${hash}`, { mode: 0o644 });
  const rules = [
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${users}`,
    ...['acl known proxy_auth REQUIRED', 'http_access allow known', 'http_access deny all'],
  ];
  await start(t, squid, own, port, squidText(port, rules), inForeground);
  await worksThrough(t, proxyAt(port, ann));
  const needed = { code: 'PROXY_AUTH_REQUIRED' };
  await refused(t, proxyAt(port, wrong), needed, 'a wrong password');
  await refused(t, proxyAt(port, null), needed, 'no password');
});

t.test('Squid that looks into TLS (ssl-bump)', { skip: noSquid }, async (t) => {
  const [own, port] = [await squidFolder(t), await freePort()];
  const filter = join(own, 'filter.pem');
  const upstream = join(own, 'upstream.pem');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Contoso Filter CA'],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', join(own, 'filter.key'), '-out', filter],
    ],
    { stdio: 'ignore' },
  );
  const [cert, key] = ['filter.pem', 'filter.key'].map((name) =>
    execFileSync('cat', [join(own, name)], { encoding: 'utf8' }),
  );
  await writeFile(filter, `${cert}${key}`);
  await writeFile(upstream, authority.ca);
  const database = join(own, 'certificates');
  execFileSync('/usr/lib/squid/security_file_certgen', ['-c', '-s', database, '-M', '4MB'], { stdio: 'ignore' });
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'proxy', database]);
  const listen = `ssl-bump tls-cert=${filter} generate-host-certificates=on dynamic_cert_mem_cache_size=1MB`;
  const rules = [
    `sslcrtd_program /usr/lib/squid/security_file_certgen -s ${database} -M 4MB`,
    ...['sslcrtd_children 1', 'ssl_bump bump all', `tls_outgoing_options cafile=${upstream}`],
    ...['http_upgrade_request_protocols websocket allow all', 'http_access allow all'],
  ];
  await start(t, squid, own, port, squidText(port, rules, listen), inForeground);
  const proxy = proxyAt(port, null);
  const untrusted = { code: 'RELAY_TLS_UNTRUSTED', message: /Contoso Filter CA/ };
  await refused(t, proxy, untrusted, 'the certificate of the filter is named');
  await worksThrough(t, proxy, [cert ?? '']);
});

const cntlm = '/usr/sbin/cntlm';
t.test('a proxy that takes NTLM only, and cntlm before it', { skip: noSquid || (await missing(cntlm)) }, async (t) => {
  const [own, port, neighbor] = [await squidFolder(t), await freePort(), await freePort()];
  const rules = [
    'auth_param ntlm program /usr/lib/squid/ntlm_fake_auth',
    ...['auth_param ntlm keep_alive on', 'acl known proxy_auth REQUIRED'],
    ...['http_access allow known', 'http_access deny all'],
  ];
  await start(t, squid, own, port, squidText(port, rules), inForeground);
  await refused(t, proxyAt(port, ann), { code: 'PROXY_AUTH_UNSUPPORTED', message: /NTLM/ }, 'it is named');

  const text = [
    ...['Username ann', 'Domain CONTOSO', 'Password right', 'Auth NTLM', 'NoProxy none.example'],
    ...[`Proxy 127.0.0.1:${port}`, `Listen 127.0.0.1:${neighbor}`, ''],
  ].join('\n');
  const beside = join(own, 'cntlm');
  await mkdir(beside);
  await start(t, cntlm, beside, neighbor, text, (file) => ['-f', '-c', file]);
  await worksThrough(t, proxyAt(neighbor, null));
});

const tinyproxy = '/usr/bin/tinyproxy';
t.test('tinyproxy with user name and password', { skip: await missing(tinyproxy) }, async (t) => {
  const [own, port] = [t.testdir({}), await freePort()];
  const text = `Port ${port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 20\nBasicAuth ann right1\n`;
  await start(t, tinyproxy, own, port, text, (file) => ['-d', '-c', file]);
  await worksThrough(t, proxyAt(port, ann));
  const needed = { code: 'PROXY_AUTH_REQUIRED' };
  await refused(t, proxyAt(port, wrong), needed, 'a wrong password, which it answers with 401');
  await refused(t, proxyAt(port, null), needed, 'no password');
});

const privoxy = '/usr/sbin/privoxy';
t.test('Privoxy', { skip: await missing(privoxy) }, async (t) => {
  const [own, port] = [t.testdir({}), await freePort()];
  const text = `confdir /etc/privoxy\nlogdir ${own}\nlisten-address 127.0.0.1:${port}\nsocket-timeout 300\n`;
  await start(t, privoxy, own, port, text, (file) => ['--no-daemon', file]);
  await worksThrough(t, proxyAt(port, null));
});
