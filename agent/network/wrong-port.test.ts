/**
 * The right host with the wrong port, or the right port with the wrong scheme, is reported in sentences, never as
 * OpenSSL's text.
 */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import t, { type Test } from 'tap';
import { createAuthority } from '../../scripts/simulators/authority.ts';
import { systemClock } from '../../shared/clock.ts';
import type { HallpassError } from '../../shared/errors.ts';
import { linkAddress } from '../model/addresses.ts';
import { Meter } from '../model/meter.ts';
import { PowerSchoolHttp } from '../powerschool/http.ts';
import { enroll } from '../uplink/enroll.ts';
import { tryUpgrade } from '../uplink/try-upgrade.ts';
import { connectFailure } from './failure.ts';
import type { Way } from './proxy.ts';

const never = new AbortController().signal;
const authority = await createAuthority('District CA');
const issued = await authority.issue(['localhost', '127.0.0.1']);

async function listen(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

const speakers = {
  http: () => createHttpServer((_, response) => response.end('hello')),
  https: () => createHttpsServer(issued, (_, response) => response.end('hello')),
  old: () =>
    createHttpsServer({ ...issued, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  ssh: () => createTcpServer((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n')),
  shut: () => createTcpServer((socket) => socket.once('data', () => socket.destroy())),
};

async function failed(attempt: Promise<unknown>): Promise<HallpassError> {
  return attempt.then(
    () => {
      throw new TypeError('it was expected to fail');
    },
    (error: HallpassError) => error,
  );
}

/** The three ways in which the agent calls a server. */
async function calls(url: URL, way: Way): Promise<Record<string, HallpassError>> {
  const http = new PowerSchoolHttp({ origin: url, ...way, minIntervalMs: 0, clock: systemClock, meter: new Meter() });
  const link = linkAddress(url);
  const errors = {
    powerschool: await failed(http.request({ method: 'GET', path: '/ws/v1/metadata', headers: {} })),
    enroll: await failed(enroll({ relay: url, ...way, code: 'ABCD-EFGH-JKLM', name: 'x' })),
    link: await failed(
      tryUpgrade(link, way, undefined, never).catch((error) =>
        Promise.reject(connectFailure('relay', link.href, error)),
      ),
    ),
  };
  await http.close();
  return errors;
}

t.test('reports https to a port that speaks something else, and http to one that speaks TLS', async (t) => {
  const cases: [keyof typeof speakers, 'http' | 'https', RegExp][] = [
    ['http', 'https', /does not speak TLS, and an address with https:\/\/ needs a port that does/],
    ['ssh', 'https', /does not speak TLS/],
    ['old', 'https', /speaks no version of TLS from 1\.2 on/],
    ['shut', 'https', /cut off during the TLS handshake/],
    ['https', 'http', /if it speaks TLS, its address begins with https:\/\//],
    ['ssh', 'http', /the server there does not speak HTTP/],
  ];
  for (const [speaker, scheme, message] of cases) {
    const port = await listen(t, speakers[speaker]());
    const errors = await calls(new URL(`${scheme}://127.0.0.1:${port}/`), { ca: [authority.ca] });
    for (const [call, error] of Object.entries(errors)) {
      const code = call === 'powerschool' ? 'POWERSCHOOL_UNREACHABLE' : 'RELAY_UNREACHABLE';
      t.match(error, { code, message }, `${scheme} to ${speaker}, ${call}`);
      t.notMatch(error.message, /openssl|routines|:error:|\.c:|socket hang up|Parse Error/i, call);
    }
  }
});

t.test('reports a proxy under the wrong scheme', async (t) => {
  for (const [speaker, scheme, message] of [
    ['http', 'https', /does not speak TLS.*most proxies have an address with http:\/\//],
    ['https', 'http', /speaks TLS: give its address with https:\/\/|closed the connection without an answer/],
  ] as const) {
    const port = await listen(t, speakers[speaker]());
    const proxy = {
      ...{ url: new URL(`${scheme}://127.0.0.1:${port}`), ca: [authority.ca] },
      ...{ credentials: undefined, from: 'the settings' },
    };
    const errors = await calls(new URL('https://relay.test/'), { ca: [authority.ca], proxy });
    for (const [call, error] of Object.entries(errors))
      t.match(error, { code: /^PROXY_/, message }, `${scheme}, ${call}`);
  }
});
