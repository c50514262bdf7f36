/**
 * What the agent reports about real proxies that are configured to refuse it, or that must be reached another way than
 * it was told.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { freePort, missing } from '../testing/program.ts';
import * as real from '../testing/real-proxies.ts';
import { enroll } from '../uplink/enroll.ts';
import type { HttpProxy } from './proxy.ts';

const ann = { username: 'ann', password: 'right1' };
/** No server listens there: an agent that gets this error has passed the proxy's rules. */
const closed = new URL(`https://localhost:${await freePort()}`);

interface Refused {
  code: string;
  message: RegExp;
}

async function refused(t: Test, proxy: HttpProxy, expected: Refused, what: string, relay = closed): Promise<void> {
  const attempt = enroll({ relay, ca: [], proxy, code: 'ABCD-EFGH-JKLM', name: 'x' });
  await t.rejects(attempt, expected, what);
}

const noSquid = await missing(real.squid);
const noSquidTls = await missing(real.squidTls);
t.test('reports a host that Squid blocks, and TLS on the way to the proxy itself', { skip: noSquidTls }, async (t) => {
  const own = await real.proxyFolder(t);
  const authority = await createAuthority('Proxy CA');
  const { cert, key } = await authority.issue(['127.0.0.1']);
  const [certFile, keyFile, tls] = [join(own, 'proxy.pem'), join(own, 'proxy.key'), await freePort()];
  for (const [file, text] of [
    [certFile, cert],
    [keyFile, key],
  ] as const) {
    await writeFile(file, text, { mode: 0o644 });
  }
  const rules = [
    `https_port 127.0.0.1:${tls} tls-cert=${certFile} tls-key=${keyFile}`,
    ...['acl blocked dstdomain relay.example.org', 'http_access deny blocked', 'http_access allow all'],
  ];
  const port = await real.startSquid(t, own, rules);
  const denied = { code: 'PROXY_REFUSED', message: /relay\.example\.org:443: .* status 403, "ERR_ACCESS_DENIED"/ };
  await refused(t, real.proxyAt(port, null), denied, 'a host', new URL('https://relay.example.org'));
  const passed = { code: 'PROXY_FAILED', message: /ERR_CONNECT_FAIL/ };
  await refused(t, real.proxyAt(tls, null, authority.ca), passed, 'through TLS it gets to the server that is away');
  const untrusted = { code: 'PROXY_TLS_UNTRUSTED', message: /Proxy CA/ };
  await refused(t, { ...real.proxyAt(tls, null, authority.ca), ca: [] }, untrusted, 'an authority that nobody knows');
  const withTls = { code: 'PROXY_FAILED', message: /without an answer, .* must begin with https:\/\// };
  await refused(t, real.proxyAt(tls, null), withTls, 'without TLS where it is spoken');
  const withoutTls = { code: 'PROXY_UNREACHABLE', message: /most proxies have an address with http:\/\// };
  await refused(t, real.proxyAt(port, null, authority.ca), withoutTls, 'with TLS where it is not');
});

t.test('reports Squid that accepts only Digest', { skip: noSquid }, async (t) => {
  const own = await real.proxyFolder(t);
  const users = join(own, 'users');
  await writeFile(users, `${ann.username}:${ann.password}\n`, { mode: 0o644 });
  const digest = [
    `auth_param digest program ${real.squidHelpers}/digest_file_auth ${users}`,
    'auth_param digest realm x',
  ];
  const port = await real.startSquid(t, own, real.squidSignIn(...digest, 'auth_param digest children 1'));
  const advice = { code: 'PROXY_AUTH_UNSUPPORTED', message: /accepts only Digest as/ };
  await refused(t, real.proxyAt(port, ann), advice, 'it is named');
});

t.test(
  'reports a port and a client that tinyproxy does not allow',
  { skip: await missing(real.tinyproxy) },
  async (t) => {
    const ports = await real.startTinyproxy(t, 'ConnectPort 443\n');
    const violation = { code: 'PROXY_REFUSED', message: /status 403, "Access violation"/ };
    await refused(t, real.proxyAt(ports, null), violation, 'a port');
    const clients = await real.startTinyproxy(t, 'Allow 192.0.2.1\n');
    await refused(t, real.proxyAt(clients, null), { code: 'PROXY_REFUSED', message: /status 403/ }, 'a client');
  },
);

t.test('reports a port that Privoxy does not allow', { skip: await missing(real.privoxy) }, async (t) => {
  const port = await real.startPrivoxy(t, '{+limit-connect{443}}\n/\n');
  const blocked = { code: 'PROXY_REFUSED', message: /status 403, "Request blocked by Privoxy"/ };
  await refused(t, real.proxyAt(port, null), blocked, 'a port');
});
