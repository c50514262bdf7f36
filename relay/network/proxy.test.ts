/** Everything that the relay sends leaves by the proxy of its environment: alerts, Graph, and the sign-in provider. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import { messageOf } from '../alerts/message.ts';
import { openProvider } from '../auth/provider.ts';
import { connectionReason } from '../graph/connection-reason.ts';
import { openTransport } from '../graph/transport.ts';
import { openSender } from '../notify/send.ts';
import { sealTarget, type Target } from '../notify/target.ts';
import { createVault } from '../secrets/vault.ts';
import { receiveMail, receiveWeb } from '../testing/alert-receivers.ts';
import { startForwardProxy } from '../testing/forward-proxy.ts';
import { proxyFor, proxyVariables } from './proxy.ts';

const authority = await createAuthority('District CA');
const certificate = await authority.issue(['hooks.test', 'mail.test', 'graph.test', 'login.test']);
const caFile = join(t.testdir(), 'ca.pem');
await writeFile(caFile, authority.ca);
const proxy = await startForwardProxy(t);
proxy.signIn = 'relay:pass word';
const proxies = {
  HTTPS_PROXY: `http://relay:pass%20word@127.0.0.1:${proxy.port}`,
  NO_PROXY: 'direct.test, 10.0.0.0/8',
};
const vault = createVault(async () => Buffer.alloc(32, 7), 'test key');
const privateHosts = ['hooks.test', 'mail.test'];
const message = messageOf('message-1', { event: 'opened', cause: 'held' }, []);
const signingKey = `whsec_${randomBytes(32).toString('base64')}`;

async function channelTo(target: Target) {
  const channel = { tenantId: 't', id: 'c', kind: target.kind };
  return {
    ...{ ...channel, name: 'office', target: '', sealed: await sealTarget(vault, channel, target) },
    ...{ readers: [], causes: null, quiet: [], timeZone: null, createdAt: '', createdBy: '' },
    ...{ deliveredAt: null, failingSince: null, failure: null },
  };
}

const mailTo = (port: number): Target => ({
  kind: 'smtp',
  target: { host: 'mail.test', port, from: 'a@example.org', to: ['b@example.org'], user: 'relay', password: 'secret' },
});

t.test('webhooks, heartbeats and mail', async (t) => {
  const [web, mail] = [await receiveWeb(t, certificate), await receiveMail(t, { password: 'secret', certificate })];
  const secure = await receiveMail(t, { secure: true, password: 'secret', certificate });
  proxy.hosts = { 'hooks.test:443': Number(new URL(web.url).port), 'mail.test:587': mail.port };
  proxy.hosts['mail.test:465'] = secure.port;
  proxy.asked = [];
  const sender = openSender({ privateHosts, caFile }, { vault, proxies });
  const hook: Target = { kind: 'webhook', target: { url: 'https://hooks.test/way-in', signingKey } };
  await sender.send(await channelTo(hook), message, Date.now());
  await sender.send(await channelTo({ kind: 'heartbeat', target: { url: 'https://hooks.test/beat' } }), message, 0);
  await sender.send(await channelTo(mailTo(587)), message, 0);
  await sender.send(await channelTo(mailTo(465)), message, 0);
  t.same(
    web.received.map(({ method, path }) => `${method} ${path}`),
    ['POST /way-in', 'GET /beat'],
  );
  t.match(
    [...mail.mails, ...secure.mails],
    [
      { isEncrypted: true, user: 'relay' },
      { isEncrypted: true, user: 'relay' },
    ],
  );
  t.same(proxy.asked, ['hooks.test:443', 'hooks.test:443', 'mail.test:587', 'mail.test:465']);
});

t.test('a proxy that refuses is named, without its password', async (t) => {
  proxy.hosts = {};
  const wrong = { HTTPS_PROXY: `http://relay:other%20secret@127.0.0.1:${proxy.port}` };
  const hook = await channelTo({ kind: 'webhook', target: { url: 'https://hooks.test/way-in', signingKey } });
  for (const [env, reason] of [
    [proxies, /the proxy http:\/\/127\.0\.0\.1:\d+ gives no connection to \S+: it answers with status 403/],
    [wrong, /status 407, it asks for a user name and password/],
    [{ HTTPS_PROXY: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1 gives no connection.*ECONNREFUSED/],
  ] as const) {
    const sender = openSender({ privateHosts, caFile }, { vault, proxies: env });
    for (const channel of [hook, await channelTo(mailTo(587))]) {
      const refused = await sender.send(channel, message, 0).catch((error: Error) => error);
      t.match(refused, { code: 'ALERT_NOT_DELIVERED', message: reason });
      t.notMatch(String(refused), /pass word|other secret/);
    }
  }
});

t.test('a proxy is no way into its network, as far as the relay can tell', async (t) => {
  proxy.asked = [];
  const sender = openSender({ caFile }, { vault, proxies });
  for (const url of ['https://10.0.0.1/', 'https://169.254.169.254/', 'https://localhost/']) {
    const channel = await channelTo({ kind: 'heartbeat', target: { url: 'https://hooks.test/' } });
    const sealed = await sealTarget(vault, channel, { kind: 'heartbeat', target: { url } });
    await t.rejects(sender.send({ ...channel, sealed }, message, 0), { code: 'ALERT_TARGET_PRIVATE' }, url);
  }
  t.same(proxy.asked, []);
});

t.test('Microsoft Graph', async (t) => {
  const web = await receiveWeb(t, certificate);
  proxy.hosts = { 'graph.test:443': Number(new URL(web.url).port) };
  proxy.asked = [];
  const transport = await openTransport(caFile, proxies);
  t.teardown(() => transport.close());
  const { status } = await transport.send('https://graph.test/v1.0/users', { method: 'GET', headers: {} });
  t.same([status, web.received.length, proxy.asked], [204, 1, ['graph.test:443']]);
  const refused = transport.send('https://other.test/', { method: 'GET', headers: {} });
  t.match(
    connectionReason(await refused.catch((error: unknown) => error)),
    /the proxy http.*other\.test:443.*status 403/,
  );
});

t.test('description, token and keys of the sign-in provider', async (t) => {
  const web = await receiveWeb(t, certificate);
  proxy.hosts = { 'login.test:443': Number(new URL(web.url).port) };
  proxy.asked = [];
  const issuer = 'https://login.test';
  const endpoints = { authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t`, jwks_uri: `${issuer}/k` };
  web.bodyOf = (path) =>
    JSON.stringify(path === '/t' ? { id_token: unsigned } : path === '/k' ? { keys: [] } : document);
  const document = { issuer, ...endpoints };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: issuer })}.x`;
  web.answer = { status: 200, headers: { 'content-type': 'application/json' } };
  const given = { issuer, clientId: 'hallpass', secret: 'kept', authorities: authority.ca, document: null };
  const provider = await openProvider(given, { clock: systemClock, proxies, seen: async () => undefined });
  const asked = { code: 'c', verifier: 'v', callback: 'https://relay.test/cb', nonce: 'n', now: new Date() };
  await t.rejects(provider.finish({ ...asked, freshSince: undefined }), { code: 'SIGN_IN_TOKEN_INVALID' });
  t.same(
    web.received.map(({ path }) => path),
    ['/.well-known/openid-configuration', '/t', '/k'],
  );
  t.same(new Set(proxy.asked), new Set(['login.test:443']));
});

t.test('which address goes by which proxy', async (t) => {
  const by = (url: string, env: Record<string, string> = proxies) =>
    proxyFor(new URL(url), proxyVariables(env))?.url.href;
  const own = `http://127.0.0.1:${proxy.port}/`;
  t.equal(by('https://a.test/'), own);
  t.equal(by('https://a.direct.test/'), undefined);
  t.equal(by('https://10.1.2.3/'), undefined);
  t.equal(by('https://localhost:8443/'), undefined, 'this computer');
  t.equal(by('smtp://mail.test:25'), own);
  t.equal(
    by('https://a.test/', { https_proxy: 'proxy.test:3128', HTTPS_PROXY: 'http://other.test' }),
    'http://proxy.test:3128/',
  );
  t.equal(by('https://a.test/', { https_proxy: '', HTTPS_PROXY: '' }), undefined);
  t.equal(by('https://a.test/', { HTTP_PROXY: 'http://proxy.test' }), undefined);
  t.equal(by('https://a.test/', { HTTPS_PROXY: 'http://proxy.test', NO_PROXY: '*' }), undefined);
  t.throws(() => by('https://a.test/', { HTTPS_PROXY: 'socks5://proxy.test' }), { code: 'RELAY_SETTING_INVALID' });
  t.throws(() => by('https://a.test/', { HTTPS_PROXY: 'http://a:%zz@proxy.test' }), { code: 'RELAY_SETTING_INVALID' });
  t.same(proxyVariables({ SECRET: 'x', no_proxy: 'a' }), { no_proxy: 'a' }, 'nothing else of the environment');
});
