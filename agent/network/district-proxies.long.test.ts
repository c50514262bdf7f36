/**
 * A real agent and a real relay with the proxies between that districts have, as Debian brings them. Each is run on a
 * configuration of its own; the agent enrolls through it, sends a district, and stays on pings alone.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

const run = promisify(execFile);

const authority = await createAuthority('Operator CA');
const relay = await RelayProcess.start(t.testdir({}), await authority.issue(['localhost', '127.0.0.1']));
t.teardown(() => relay.close());
/** By name, because Squid's own certificates for an address name it in a way that no client accepts. */
const relayUrl = new URL(relay.url);
relayUrl.hostname = 'localhost';

/** Most of the time is waiting for pings, so that the cases run beside each other. */
t.jobs = 4;
const beside = { buffered: true };

const ann: ProxySignIn = { username: 'ann', password: 'right1' };
const wrong: ProxySignIn = { ...ann, password: 'wrong' };
const signInNeeded = (message: RegExp) => ({ code: 'PROXY_AUTH_REQUIRED', message });

/** Where a proxy that gives up root can read and write too: a checkout may be in a folder that is closed to others. */
async function proxyFolder(t: Test): Promise<string> {
  const own = await mkdtemp(join(tmpdir(), 'hallpass-proxy-'));
  t.teardown(() => rm(own, { recursive: true, force: true }));
  await chmod(own, 0o777);
  return own;
}

/** Starts a program on a configuration; a test that fails shows what it printed. */
async function start(t: Test, file: string, own: string, port: number, text: string, args: (file: string) => string[]) {
  const configuration = join(own, 'configuration');
  await writeFile(configuration, text);
  const program = new Program(file, args(configuration), port, own);
  t.teardown(() => program.stop());
  t.teardown(() => (t.passing() ? undefined : t.comment(program.said)));
  await program.start();
}

/** Loopback is never reached through a proxy that settings name, so this one is put together by hand. */
function proxyAt(port: number, signIn: ProxySignIn | null): HttpProxy {
  const credentials = signIn === null ? undefined : new ProxyCredentials(signIn);
  return { url: new URL(`http://127.0.0.1:${port}`), credentials, from: 'the settings', ca: [] };
}

/** Enrolls through the proxy, sends a whole district, and keeps the connection through pings. */
async function worksThrough(t: Test, slug: string, proxy: HttpProxy, ca = [authority.ca]): Promise<void> {
  const district = await District.open(join(t.testdir({}), 'state'), 25);
  t.teardown(() => district.close());
  await relay.addDistrict(slug);
  const identity = await enroll({ relay: relayUrl, ca, proxy, code: await relay.code(slug), name: slug });
  const state = await AgentState.open(district.folder);
  await state.saveSettings(changeSettings(state.settings, { 'relay.url': relayUrl.href }));
  await state.saveIdentity(identity);

  const stop = new AbortController();
  const committed = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  let answers = 0;
  const { agent, events } = await openAgent(district.folder, relayUrl, stop.signal, {
    relayWay: { ca, proxy },
    vitals: { pingMs: 2000, progressMs: 60_000 },
    report: (event) => {
      if (event.event === 'cycle.committed') committed.resolve();
      if (event.event === 'link.lost') committed.reject(new Error(event.message));
    },
    watch: (moment) => {
      if (moment.moment !== 'link.answered') return;
      answers += 1;
      if (answers === 2) answered.resolve();
    },
  });
  const ended = agent.run();
  await committed.promise;
  await answered.promise;
  const lost = events.filter(({ event }) => event === 'link.lost');
  stop.abort();
  await ended;

  t.same(lost, [], 'one connection did it all, and pings on it were answered');
  const sent: Record<string, number> = {};
  for (const [key, ids] of Object.entries(district.ids())) {
    const kind = key.split(':')[0] ?? '';
    sent[kind] = (sent[kind] ?? 0) + ids.length;
  }
  t.match(await relay.records(slug), sent, 'the whole district is at the relay');
}

interface Refused {
  code: string;
  message?: RegExp;
  action?: RegExp;
}

/** What an agent says that the proxy does not let through. */
async function refused(t: Test, proxy: HttpProxy, expected: Refused, what: string, url = relayUrl): Promise<void> {
  const attempt = enroll({ relay: url, ca: [authority.ca], proxy, code: 'ABCD-EFGH-JKLM', name: 'x' });
  await t.rejects(attempt, expected, what);
}

/** The words in which the proxy says that it did not reach a server, for a wrong name and a wrong port. */
async function saysWhatIsWrong(t: Test, proxy: HttpProxy, name: RegExp, port: RegExp): Promise<void> {
  const action = /name and the port in .* are right/;
  const closed = new URL(`https://localhost:${await freePort()}`);
  await refused(t, proxy, { code: 'PROXY_FAILED', message: port, action }, 'a port that is closed', closed);
  const nowhere = new URL('https://relay.invalid');
  await refused(t, proxy, { code: 'PROXY_FAILED', message: name, action }, 'a name that nobody has', nowhere);
}

const squid = '/usr/sbin/squid';
const noSquid = await missing(squid);
const helpers = '/usr/lib/squid';

/** Squid in one process, which keeps nothing; names that are none are known as such at once. */
function squidText(port: number, more: readonly string[], listen = ''): string {
  return [
    `http_port 127.0.0.1:${port} ${listen}`,
    ...['pid_filename none', 'access_log none', 'cache_log /dev/null', 'cache deny all', 'cache_mem 1 MB'],
    ...['pinger_enable off', 'netdb_filename none', 'shutdown_lifetime 0 seconds', 'max_filedescriptors 1024'],
    ...['dns_nameservers 127.0.0.1', 'dns_timeout 1 seconds'],
    ...more,
    '',
  ].join('\n');
}

async function startSquid(t: Test, own: string, port: number, text: string): Promise<void> {
  await start(t, squid, own, port, text, (file) => ['-N', '-f', file]);
}

t.test('Squid without a password', { skip: noSquid, ...beside }, async (t) => {
  const [own, port] = [await proxyFolder(t), await freePort()];
  await startSquid(t, own, port, squidText(port, ['http_access allow all']));
  const proxy = proxyAt(port, null);
  await worksThrough(t, 'squid', proxy);
  // Squid 5 says the first of a name that it does not find, Squid 6 the second.
  const name = /status 50[03], "ERR_(CANNOT_FORWARD|DNS_FAIL)"/;
  await saysWhatIsWrong(t, proxy, name, /status 503, "ERR_CONNECT_FAIL"/);
});

t.test('Squid with user name and password (Basic)', { skip: noSquid, ...beside }, async (t) => {
  const [own, port] = [await proxyFolder(t), await freePort()];
  const users = join(own, 'users');
  const { stdout: hash } = await run('openssl', ['passwd', '-apr1', ann.password]);
  await writeFile(users, `${ann.username}:${hash}`, { mode: 0o644 });
  const rules = [
    ...[`auth_param basic program ${helpers}/basic_ncsa_auth ${users}`, 'auth_param basic children 1'],
    ...['acl known proxy_auth REQUIRED', 'http_access allow known', 'http_access deny all'],
  ];
  await startSquid(t, own, port, squidText(port, rules));
  await worksThrough(t, 'squid-basic', proxyAt(port, ann));
  await refused(t, proxyAt(port, wrong), signInNeeded(/were refused/), 'a wrong password');
  await refused(t, proxyAt(port, null), signInNeeded(/no user name and password are set/), 'no password');
});

t.test('Squid that looks into TLS (ssl-bump)', { skip: noSquid, ...beside }, async (t) => {
  const [own, port] = [await proxyFolder(t), await freePort()];
  const [filter, key, upstream] = ['filter.pem', 'filter.key', 'upstream.pem'].map((name) => join(own, name));
  if (filter === undefined || key === undefined || upstream === undefined) throw new TypeError('three names');
  const certificate = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Contoso Filter CA'];
  const files = ['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', key, '-out', filter];
  await run('openssl', ['req', '-x509', ...certificate, ...files]);
  const filterCa = await readFile(filter, 'utf8');
  await writeFile(filter, `${filterCa}${await readFile(key, 'utf8')}`);
  await writeFile(upstream, authority.ca);
  const generator = `${helpers}/security_file_certgen`;
  const database = join(own, 'certificates');
  await run(generator, ['-c', '-s', database, '-M', '4MB']);
  // The program that writes there is not root when Squid was started by root.
  if (process.getuid?.() === 0) await run('chown', ['-R', 'proxy', database]);
  const listen = `ssl-bump tls-cert=${filter} generate-host-certificates=on dynamic_cert_mem_cache_size=1MB`;
  const rules = [
    ...[`sslcrtd_program ${generator} -s ${database} -M 4MB`, 'sslcrtd_children 1', 'ssl_bump bump all'],
    ...[`tls_outgoing_options cafile=${upstream}`, 'http_upgrade_request_protocols websocket allow all'],
    'http_access allow all',
  ];
  await startSquid(t, own, port, squidText(port, rules, listen));
  const proxy = proxyAt(port, null);
  const untrusted = { code: 'RELAY_TLS_UNTRUSTED', message: /Contoso Filter CA/ };
  await refused(t, proxy, untrusted, 'the certificate of the filter is named');
  await worksThrough(t, 'squid-bump', proxy, [filterCa]);
});

const cntlm = '/usr/sbin/cntlm';
t.test(
  'a proxy that takes NTLM only, and cntlm before it',
  { skip: noSquid || (await missing(cntlm)), ...beside },
  async (t) => {
    const [own, port, neighbor] = [await proxyFolder(t), await freePort(), await freePort()];
    const rules = [
      ...[`auth_param ntlm program ${helpers}/ntlm_fake_auth`, 'auth_param ntlm children 1'],
      ...['acl known proxy_auth REQUIRED', 'http_access allow known', 'http_access deny all'],
    ];
    await startSquid(t, own, port, squidText(port, rules));
    const advice = { code: 'PROXY_AUTH_UNSUPPORTED', message: /takes only NTLM as/, action: /cntlm/ };
    await refused(t, proxyAt(port, ann), advice, 'with user name and password, which do not help');
    await refused(t, proxyAt(port, null), advice, 'without');

    const text = [
      ...['Username ann', 'Domain CONTOSO', 'Password right1', 'Auth NTLM', 'NoProxy none.example'],
      ...[`Proxy 127.0.0.1:${port}`, `Listen 127.0.0.1:${neighbor}`, ''],
    ].join('\n');
    const beside = join(own, 'cntlm');
    await mkdir(beside);
    await start(t, cntlm, beside, neighbor, text, (file) => ['-f', '-c', file]);
    await worksThrough(t, 'cntlm', proxyAt(neighbor, null));
  },
);

const tinyproxy = '/usr/bin/tinyproxy';
const noTinyproxy = await missing(tinyproxy);

async function startTinyproxy(t: Test, port: number, more: string): Promise<void> {
  const text = `Port ${port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 20\n${more}`;
  await start(t, tinyproxy, await proxyFolder(t), port, text, (file) => ['-d', '-c', file]);
}

t.test('tinyproxy without a password', { skip: noTinyproxy, ...beside }, async (t) => {
  const port = await freePort();
  await startTinyproxy(t, port, '');
  const proxy = proxyAt(port, null);
  await worksThrough(t, 'tinyproxy', proxy);
  await saysWhatIsWrong(t, proxy, /status 500, "Unable to connect"/, /status 500, "Unable to connect"/);
});

t.test('tinyproxy with user name and password', { skip: noTinyproxy, ...beside }, async (t) => {
  const port = await freePort();
  await startTinyproxy(t, port, `BasicAuth ${ann.username} ${ann.password}\n`);
  await worksThrough(t, 'tinyproxy-basic', proxyAt(port, ann));
  await refused(t, proxyAt(port, wrong), signInNeeded(/were refused/), 'a wrong password, which it answers with 401');
  await refused(t, proxyAt(port, null), signInNeeded(/no user name and password are set/), 'no password');
});

const privoxy = '/usr/sbin/privoxy';
t.test('Privoxy', { skip: await missing(privoxy), ...beside }, async (t) => {
  const [own, port] = [await proxyFolder(t), await freePort()];
  const text = `confdir /etc/privoxy\nlogdir ${own}\nlisten-address 127.0.0.1:${port}\nsocket-timeout 300\n`;
  await start(t, privoxy, own, port, text, (file) => ['--no-daemon', file]);
  const proxy = proxyAt(port, null);
  await worksThrough(t, 'privoxy', proxy);
  await saysWhatIsWrong(t, proxy, /status 404, "No such domain"/, /status 503, "Connect failed"/);
});
