/** Enrollment, connection and PowerSchool through a real proxy process, with private authorities. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import type { HallpassError } from '../../shared/errors.ts';
import { startVariables } from '../../shared/testing/start-variables.ts';
import { linkAddress } from '../model/addresses.ts';
import { Meter } from '../model/meter.ts';
import { PowerSchoolHttp } from '../powerschool/http.ts';
import { TestProxy } from '../testing/proxy.ts';
import { RelayDouble } from '../testing/relay-double.ts';
import { enroll } from '../uplink/enroll.ts';
import { upgradeToken } from '../uplink/identity.ts';
import { livenessLimits } from '../uplink/liveness.ts';
import { LinkSocket, type SocketEnd } from '../uplink/socket.ts';
import { dial } from './dial.ts';
import { connectFailure } from './failure.ts';
import { type HttpProxy, ProxyCredentials, type Way } from './proxy.ts';

const never = new AbortController().signal;
/** Longer than a busy computer takes; cases about silence use 200 ms. */
const patient = { tcpMs: 20_000, tunnelMs: 20_000, tlsMs: 20_000 };
const relayUrl = new URL('https://relay.test/');

function way({ url, ca }: TestProxy, trusted: string[], signIn?: { username: string; password: string }): Way {
  const proxy: HttpProxy = {
    ...{ url, from: 'the settings', ca: ca === undefined ? [] : [ca] },
    credentials: signIn && new ProxyCredentials(signIn),
  };
  return { ca: trusted, proxy };
}

/** A simulated relay behind TLS, reachable only through the proxy under the name relay.test. */
async function open(t: Test, hosts = ['relay.test'], days?: [number, number]) {
  const authority = await createAuthority('District CA');
  const relay = new RelayDouble();
  await relay.open(await authority.issue(hosts, days));
  const proxy = await TestProxy.start();
  await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` }, upstreamCa: authority.ca });
  t.teardown(async () => {
    await proxy.close();
    await relay.close();
  });
  return { authority, relay, proxy };
}

async function failure(attempt: Promise<unknown>): Promise<HallpassError> {
  return await attempt.then(
    () => {
      throw new TypeError('it was expected to fail');
    },
    (error: unknown) => connectFailure('relay', relayUrl.href, error),
  );
}

async function tryUpgrade(through: Way, times = patient) {
  const socket = await dial(linkAddress(relayUrl), through, never, times);
  socket.destroy();
}

t.test('asks for the tunnel by name and enrolls through it', async (t) => {
  const { authority, relay, proxy } = await open(t);
  const signIn = { username: 'DOMAIN\\ann', password: 'p:ä' };
  await proxy.set({ signIn: 'DOMAIN\\ann:p:ä' });
  const through = way(proxy, [authority.ca], signIn);
  t.match(await enroll({ relay: relayUrl, ...through, code: relay.code, name: 'x' }), { tenantId: relay.tenantId });
  t.match(proxy.asked, [{ target: 'relay.test:443' }]);
});

t.test('reports each kind of refusal by name, with the next step', async (t) => {
  const { authority, proxy } = await open(t);
  const through = way(proxy, [authority.ca]);
  for (const [mode, expected] of [
    ['refuse', { code: 'PROXY_REFUSED', retry: 'fix', message: /relay\.test:443.*status 403/ }],
    ['page', { code: 'PROXY_WEB_PAGE', message: /status 200/ }],
    ['redirect', { code: 'PROXY_WEB_PAGE', message: /status 302/ }],
    ['silent', { code: 'PROXY_FAILED', retry: 'retry', message: /no answer within 0\.2 s/ }],
    ['close', { code: 'PROXY_FAILED', message: /closed the connection/ }],
    ['banner', { code: 'PROXY_UNREACHABLE', message: /does not speak HTTP/ }],
  ] as const) {
    await proxy.set({ mode });
    const times = mode === 'silent' ? { ...patient, tunnelMs: 200 } : patient;
    t.match(await failure(tryUpgrade(through, times)), expected, mode);
  }
  await proxy.set({ mode: 'tunnel', hosts: {} });
  t.match(await failure(tryUpgrade(through)), {
    code: 'PROXY_FAILED',
    message: /status 502/,
    action: /relay\.test:443/,
  });

  await proxy.set({ signIn: 'ann:right' });
  t.match(await failure(tryUpgrade(through)), {
    code: 'PROXY_AUTH_REQUIRED',
    message: /no user name and password are set/,
  });
  const wrong = way(proxy, [authority.ca], { username: 'ann', password: 'wrong-one' });
  const refused = await failure(tryUpgrade(wrong));
  t.match(refused, { code: 'PROXY_AUTH_REQUIRED', message: /were refused/, action: /--proxy-credentials-file/ });
  t.notMatch(refused.message + refused.action, /ann|wrong-one/);
  await proxy.set({ schemes: ['Negotiate', 'NTLM'] });
  const unspoken = await failure(tryUpgrade(wrong));
  t.match(unspoken, {
    code: 'PROXY_AUTH_UNSUPPORTED',
    retry: 'fix',
    message: /accepts only Negotiate, NTLM as a sign-in/,
  });
  t.match(unspoken.action, /exempt relay\.test:443.*cntlm.*px.*--proxy http:\/\/127\.0\.0\.1:3128/);
  t.notMatch(unspoken.action, /credentials/, 'no password helps here');
});

t.test('reports a proxy that does not exist or that never answers', async (t) => {
  const gone = createTcpServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const url = new URL(`http://127.0.0.1:${(gone.address() as AddressInfo).port}`);
  gone.close();
  await once(gone, 'close');
  const proxy = { url, ca: [], credentials: undefined, from: 'https_proxy' };
  t.match(await failure(tryUpgrade({ ca: [], proxy })), { code: 'PROXY_UNREACHABLE', message: /ECONNREFUSED/ });

  const { authority, proxy: real } = await open(t);
  await real.set({ mode: 'swallow' });
  const times = { ...patient, tlsMs: 200 };
  const swallowed = failure(dial(relayUrl, way(real, [authority.ca]), never, times));
  t.match(await swallowed, { code: 'RELAY_UNREACHABLE', message: /no answer to TLS/ });

  await real.set({ mode: 'silent' });
  const stop = new AbortController();
  const dialing = dial(relayUrl, way(real, [authority.ca]), stop.signal);
  stop.abort(new Error('stopped'));
  await t.rejects(dialing, { message: 'stopped' });
});

t.test("a proxy with its own TLS has its own authority, not the relay's", async (t) => {
  const { authority, relay } = await open(t);
  const proxy = await TestProxy.start({ tls: true });
  t.teardown(() => proxy.close());
  await proxy.set({ hosts: { 'relay.test:443': `127.0.0.1:${relay.port}` } });
  const good = way(proxy, [authority.ca]);
  await t.resolves(tryUpgrade(good));
  const { proxy: known } = good;
  if (known === undefined) throw new TypeError('there is one');
  const strange = await failure(tryUpgrade({ ca: [authority.ca], proxy: { ...known, ca: [authority.ca] } }));
  t.match(strange, { code: 'PROXY_TLS_UNTRUSTED', message: /issued by "Proxy CA"/, action: /--proxy-ca/ });
  t.match(await failure(tryUpgrade({ ...good, ca: known.ca })), {
    code: 'RELAY_TLS_UNTRUSTED',
    message: /"District CA"/,
  });
});

t.test('names a filter that inspects TLS, and sends it nothing', async (t) => {
  const { authority, relay, proxy } = await open(t);
  await proxy.set({ mode: 'inspect' });
  const request = { relay: relayUrl, code: relay.code, name: 'x' };
  const refused = await failure(enroll({ ...request, ...way(proxy, [authority.ca]) }));
  t.match(refused, {
    code: 'RELAY_TLS_UNTRUSTED',
    message: /issued by "Contoso Filter CA", which this computer does not trust/,
    action: /"Contoso Filter CA".*--relay-ca FILE/,
  });
  t.equal(proxy.overheard, '');
  t.match(
    await enroll({ ...request, ...way(proxy, [proxy.filterCa]) }),
    { tenantId: relay.tenantId },
    'when it is trusted',
  );
  await proxy.set({ mode: 'portal' });
  const portal = failure(enroll({ ...request, ...way(proxy, [proxy.filterCa]) }));
  t.match(await portal, { code: 'RELAY_INTERCEPTED', message: /a web page \(status 200\)/ });
});

t.test('reports certificate faults that no CA file fixes', async (t) => {
  const day = 86_400_000;
  const cases: [string[], [number, number] | undefined, RegExp][] = [
    [['relay.test'], [-30 * day, -2 * day], /"relay\.test" is valid from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d only/],
    [['relay.test'], [2 * day, 30 * day], /is valid from/],
    [['other.test', '10.9.8.7'], undefined, /it is for other\.test, 10\.9\.8\.7/],
  ];
  for (const [hosts, days, message] of cases) {
    const { authority, proxy } = await open(t, hosts, days);
    t.match(await failure(tryUpgrade(way(proxy, [authority.ca]))), { code: 'RELAY_TLS_INVALID', message });
  }
});

t.test('detects a silent tunnel by pings, and a tunnel that breaks at once', async (t) => {
  const { authority, relay, proxy } = await open(t);
  const made = await enroll({ relay: relayUrl, ...way(proxy, [authority.ca]), code: relay.code, name: 'x' });
  for (const trouble of ['swallow', 'cut'] as const) {
    await proxy.set({ mode: 'tunnel' });
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<SocketEnd>();
    const socket = new LinkSocket(
      {
        ...{ url: linkAddress(relayUrl), token: await upgradeToken(made, Date.now()), clock: systemClock },
        ...way(proxy, [authority.ca]),
        liveness: { ...livenessLimits, pingMs: trouble === 'swallow' ? 30 : 30_000 },
      },
      { opened: opened.resolve, ponged() {}, frame() {}, ended: ended.resolve },
    );
    t.equal(await Promise.race([opened.promise, ended.promise]), undefined, 'it opens');
    if (trouble === 'swallow') await proxy.set({ mode: 'swallow' });
    else await proxy.cut();
    const message = trouble === 'swallow' ? /no longer answers/ : /it broke off \(code 1006\)/;
    t.match(await ended.promise, { final: false, error: { code: 'LINK_LOST', message } });
    socket.drop();
  }
});

t.test('reaches PowerSchool through a proxy when told to', async (t) => {
  const authority = await createAuthority('District CA');
  const server = createHttpsServer(await authority.issue(['sis.test']), (_, response) => {
    response.setHeader('content-type', 'application/json').end('{"up":true}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TestProxy.start();
  t.teardown(async () => {
    await proxy.close();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  await proxy.set({ hosts: { 'sis.test:8443': `127.0.0.1:${port}` } });
  const origin = new URL('https://sis.test:8443');
  const shared = { origin, minIntervalMs: 0, clock: systemClock, meter: new Meter() };
  const request = { method: 'GET', path: '/', headers: {} } as const;
  const http = new PowerSchoolHttp({ ...shared, ...way(proxy, [authority.ca]) });
  t.match(await http.request(request), { status: 200, text: '{"up":true}' });
  for (let more = 0; more < 4; more += 1) await http.request(request);
  t.ok(proxy.asked.length <= 2, 'tunnels are kept');
  await http.close();
  await proxy.set({ mode: 'inspect' });
  const inspected = new PowerSchoolHttp({ ...shared, ...way(proxy, [authority.ca]) });
  await t.rejects(inspected.request(request), {
    code: 'POWERSCHOOL_TLS_UNTRUSTED',
    message: /issued by "Contoso Filter CA"/,
  });
  await inspected.close();
});

t.test('NODE_TLS_REJECT_UNAUTHORIZED changes nothing', async (t) => {
  const authority = await createAuthority();
  const relay = new RelayDouble();
  await relay.open(await authority.issue(['localhost']));
  t.teardown(() => relay.close());
  const script = `
    import { dial } from ${JSON.stringify(new URL('./dial.ts', import.meta.url).href)};
    const url = new URL('https://localhost:${relay.port}');
    await dial(url, { ca: [] }, new AbortController().signal).then(() => console.log('connected'), (e) => console.log(e.kind));
  `;
  const env = { ...startVariables, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env });
  t.equal((await text(child.stdout)).trim(), 'untrusted');
});
