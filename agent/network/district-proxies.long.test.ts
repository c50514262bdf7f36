/**
 * A real agent and a real relay with the proxies that districts use, as packaged by Debian. Each proxy runs with a
 * configuration of its own; the agent enrolls through it, sends a district, and stays connected on pings alone.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { changeSettings } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { District } from '../testing/district.ts';
import { openAgent } from '../testing/open-agent.ts';
import { freePort, missing } from '../testing/program.ts';
import * as real from '../testing/real-proxies.ts';
import { RelayProcess } from '../testing/relay-process.ts';
import { enroll } from '../uplink/enroll.ts';
import type { HttpProxy, ProxySignIn } from './proxy.ts';

const run = promisify(execFile);

const authority = await createAuthority('Operator CA');
const relay = await RelayProcess.start(t.testdir({}), await authority.issue(['localhost', '127.0.0.1']));
t.teardown(() => relay.close());
/** By name, because Squid's own certificates name an address in a way that no client accepts. */
const relayUrl = new URL(relay.url);
relayUrl.hostname = 'localhost';

/** The cases mostly wait for pings, so they run in parallel. */
t.jobs = 4;
const beside = { buffered: true };

const ann: ProxySignIn = { username: 'ann', password: 'right1' };
const wrong: ProxySignIn = { ...ann, password: 'wrong' };
const ntlm = `auth_param ntlm program ${real.squidHelpers}/ntlm_fake_auth`;
const signInNeeded = (message: RegExp) => ({ code: 'PROXY_AUTH_REQUIRED', message });

/** Enrolls through the proxy, sends a whole district, and keeps the connection open with pings. */
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
    liveness: { pingMs: 2000, progressMs: 60_000 },
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

  t.same(lost, [], 'a single connection was enough, and its pings were answered');
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

/** What an agent reports when the proxy refuses it. */
async function refused(t: Test, proxy: HttpProxy, expected: Refused, what: string, url = relayUrl): Promise<void> {
  const attempt = enroll({ relay: url, ca: [authority.ca], proxy, code: 'ABCD-EFGH-JKLM', name: 'x' });
  await t.rejects(attempt, expected, what);
}

/** The proxy's own words when it does not reach a server, for a wrong name and for a wrong port. */
async function saysWhatIsWrong(t: Test, proxy: HttpProxy, name: RegExp, port: RegExp): Promise<void> {
  const action = /name and the port in .* are right/;
  const closed = new URL(`https://localhost:${await freePort()}`);
  await refused(t, proxy, { code: 'PROXY_FAILED', message: port, action }, 'a port that is closed', closed);
  const nowhere = new URL('https://relay.invalid');
  await refused(t, proxy, { code: 'PROXY_FAILED', message: name, action }, 'a name that nobody has', nowhere);
}

const noSquid = await missing(real.squid);
const noSquidTls = await missing(real.squidTls);
const open = ['http_access allow all'];

t.test('works through Squid without a password', { skip: noSquid, ...beside }, async (t) => {
  const proxy = real.proxyAt(await real.startSquid(t, await real.proxyFolder(t), open), null);
  await worksThrough(t, 'squid', proxy);
  // For an unknown name, Squid 5 says the first and Squid 6 the second.
  const name = /status 50[03], "ERR_(CANNOT_FORWARD|DNS_FAIL)"/;
  await saysWhatIsWrong(t, proxy, name, /status 503, "ERR_CONNECT_FAIL"/);
});

t.test('works through Squid with user name and password (Basic)', { skip: noSquid, ...beside }, async (t) => {
  const own = await real.proxyFolder(t);
  const users = join(own, 'users');
  const { stdout: hash } = await run('openssl', ['passwd', '-apr1', ann.password]);
  await writeFile(users, `${ann.username}:${hash}`, { mode: 0o644 });
  const basic = `auth_param basic program ${real.squidHelpers}/basic_ncsa_auth ${users}`;
  // Squid offers them in this order; NTLM is for browsers that are signed in to Windows.
  const both = real.squidSignIn(ntlm, 'auth_param ntlm children 1', basic, 'auth_param basic children 1');
  const port = await real.startSquid(t, own, both);
  await worksThrough(t, 'squid-basic', real.proxyAt(port, ann));
  await refused(t, real.proxyAt(port, wrong), signInNeeded(/were refused/), 'a wrong password');
  await refused(t, real.proxyAt(port, null), signInNeeded(/no user name and password are set/), 'no password');
});

t.test('works through Squid that decrypts TLS (ssl-bump)', { skip: noSquidTls, ...beside }, async (t) => {
  const own = await real.proxyFolder(t);
  const filter = join(own, 'filter.pem');
  const key = join(own, 'filter.key');
  const certificate = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Contoso Filter CA'];
  const files = ['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', key, '-out', filter];
  await run('openssl', ['req', '-x509', ...certificate, ...files]);
  const filterCa = await readFile(filter, 'utf8');
  await writeFile(filter, `${filterCa}${await readFile(key, 'utf8')}`);
  const upstream = join(own, 'upstream.pem');
  await writeFile(upstream, authority.ca);
  const database = join(own, 'certificates');
  await run(real.squidTls, ['-c', '-s', database, '-M', '4MB']);
  // When root starts Squid, the program that writes there does not run as root.
  if (process.getuid?.() === 0) await run('chown', ['-R', 'proxy', database]);
  const listen = `ssl-bump tls-cert=${filter} generate-host-certificates=on dynamic_cert_mem_cache_size=1MB`;
  const rules = [
    ...[`sslcrtd_program ${real.squidTls} -s ${database} -M 4MB`, 'sslcrtd_children 1', 'ssl_bump bump all'],
    ...[`tls_outgoing_options cafile=${upstream}`, 'http_upgrade_request_protocols websocket allow all'],
  ];
  const proxy = real.proxyAt(await real.startSquid(t, own, [...rules, ...open], listen), null);
  const untrusted = { code: 'RELAY_TLS_UNTRUSTED', message: /Contoso Filter CA/ };
  await refused(t, proxy, untrusted, 'the certificate of the filter is named');
  await worksThrough(t, 'squid-bump', proxy, [filterCa]);
});

const noCntlm = noSquid || (await missing(real.cntlm));
t.test(
  'reports a proxy that accepts only NTLM, and works through cntlm in front of it',
  { skip: noCntlm, ...beside },
  async (t) => {
    const rules = real.squidSignIn(ntlm, 'auth_param ntlm children 1');
    const port = await real.startSquid(t, await real.proxyFolder(t), rules);
    const advice = { code: 'PROXY_AUTH_UNSUPPORTED', message: /accepts only NTLM as/, action: /cntlm/ };
    await refused(t, real.proxyAt(port, ann), advice, 'with user name and password, which do not help');
    await refused(t, real.proxyAt(port, null), advice, 'without');
    await worksThrough(t, 'cntlm', real.proxyAt(await real.startCntlm(t, port, ann), null));
  },
);

const noTinyproxy = await missing(real.tinyproxy);
t.test('works through tinyproxy without a password', { skip: noTinyproxy, ...beside }, async (t) => {
  const proxy = real.proxyAt(await real.startTinyproxy(t, ''), null);
  await worksThrough(t, 'tinyproxy', proxy);
  await saysWhatIsWrong(t, proxy, /status 500, "Unable to connect"/, /status 500, "Unable to connect"/);
});

t.test('works through tinyproxy with user name and password', { skip: noTinyproxy, ...beside }, async (t) => {
  const port = await real.startTinyproxy(t, `BasicAuth ${ann.username} ${ann.password}\n`);
  await worksThrough(t, 'tinyproxy-basic', real.proxyAt(port, ann));
  const refusal = signInNeeded(/were refused/);
  await refused(t, real.proxyAt(port, wrong), refusal, 'a wrong password, which it answers with 401');
  await refused(t, real.proxyAt(port, null), signInNeeded(/no user name and password are set/), 'no password');
});

t.test('works through Privoxy', { skip: await missing(real.privoxy), ...beside }, async (t) => {
  const proxy = real.proxyAt(await real.startPrivoxy(t, ''), null);
  await worksThrough(t, 'privoxy', proxy);
  await saysWhatIsWrong(t, proxy, /status 404, "No such domain"/, /status 503, "Connect failed"/);
});
