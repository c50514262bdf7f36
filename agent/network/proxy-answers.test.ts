/**
 * Answers that real proxies send instead of opening a tunnel: tinyproxy 1.11, Privoxy 3.0, Squid 5.7, and known answers
 * of others.
 */
import t from 'tap';
import type { HallpassError } from '../../shared/errors.ts';
import { TestProxy } from '../testing/proxy.ts';
import { dial } from './dial.ts';
import { connectFailure } from './failure.ts';
import { proxyWords } from './proxy-words.ts';

const never = new AbortController().signal;
// No case here waits for a limit: only a very busy machine would reach one.
const times = { tcpMs: 20_000, tunnelMs: 20_000, tlsMs: 20_000 };
const relay = new URL('https://relay.test/');

const proxy = await TestProxy.start();
t.teardown(() => proxy.close());

async function refusal(answer: string): Promise<HallpassError> {
  await proxy.set({ mode: 'answer', answer });
  const through = { url: proxy.url, ca: [], credentials: undefined, from: 'the settings' };
  return await dial(relay, { ca: [], proxy: through }, never, times).then(
    () => {
      throw new TypeError('it was expected to fail');
    },
    (error: unknown) => connectFailure('relay', relay.href, error),
  );
}

function answer(status: string, headers: string[] = [], title = ''): string {
  const page = title === '' ? '' : `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body>…</body></html>`;
  return `HTTP/1.1 ${status}\r\n${headers.map((line) => `${line}\r\n`).join('')}Connection: close\r\n\r\n${page}`;
}

const html = 'Content-Type: text/html';

t.test("reports a server that the proxy cannot reach: check name or port, in the proxy's words", async (t) => {
  const cases: [string, string, RegExp][] = [
    [
      'Privoxy, unknown name',
      answer('404 No such domain', [html], '502 - Bad Gateway'),
      /status 404, "No such domain"/,
    ],
    ['Privoxy, closed port', answer('503 Connect failed', [html], '503 - Connect failed'), /503, "Connect failed"/],
    ['tinyproxy', answer('500 Unable to connect', [html], '500 Unable to connect'), /500, "Unable to connect"/],
    [
      'Squid, closed port',
      answer('503 Service Unavailable', [html, 'X-Squid-Error: ERR_CONNECT_FAIL 111'], 'ERROR: could not be retrieved'),
      /503, "ERR_CONNECT_FAIL"/,
    ],
    [
      'Squid, unknown name',
      answer('500 Internal Server Error', [html, 'X-Squid-Error: ERR_CANNOT_FORWARD 0']),
      /500, "ERR_CANNOT_FORWARD"/,
    ],
    ['only the status', answer('502 Bad Gateway'), /status 502\.$/],
    ['late', answer('504 Gateway Timeout', [html], '504 Gateway Timeout'), /status 504\.$/],
    ['in the title', answer('502 Bad Gateway', [html], 'DNS lookup failed'), /502, "DNS lookup failed"/],
    ['refused by the wrong status', answer('403 Forbidden', [html], 'Unknown host'), /403, "Unknown host"/],
    ['not found', answer('404 Not Found'), /status 404\.$/],
  ];
  for (const [name, text, message] of cases) {
    const error = await refusal(text);
    t.match(error, { code: 'PROXY_FAILED', retry: 'retry', message }, name);
    t.match(error.action, /name and the port in relay\.test:443 are right and that this server is running/, name);
  }
});

t.test('recognizes a request to sign in from several statuses', async (t) => {
  const cases: [string, string, RegExp][] = [
    ['PROXY_AUTH_REQUIRED', answer('401 Unauthorized', ['WWW-Authenticate: Basic realm="Tinyproxy"']), /no user name/],
    ['PROXY_AUTH_REQUIRED', answer('403 Forbidden', ['Proxy-Authenticate: Basic realm="x"']), /no user name/],
    ['PROXY_AUTH_REQUIRED', answer('407 Proxy Authentication Required'), /no user name/],
    [
      'PROXY_AUTH_REQUIRED',
      answer('407 Sign in', ['Proxy-Authenticate: NTLM', 'Proxy-Authenticate: BASIC realm="x"']),
      /no user name/,
    ],
    ['PROXY_AUTH_UNSUPPORTED', answer('407 Sign in', ['Proxy-Authenticate: NTLM']), /accepts only NTLM as/],
    [
      'PROXY_PARENT_REFUSED',
      answer('407 Sign in', ['Proxy-Authenticate: Basic realm="Cntlm for parent"']),
      /cntlm at .* cannot sign in to the proxy behind it/,
    ],
    [
      'PROXY_AUTH_UNSUPPORTED',
      answer('407 Sign in', ['proxy-authenticate: Negotiate', 'proxy-authenticate: Kerberos']),
      /accepts only Negotiate, Kerberos as/,
    ],
    ['PROXY_AUTH_UNSUPPORTED', answer('401 Unauthorized', ['WWW-Authenticate: NTLM']), /accepts only NTLM as/],
    ['PROXY_AUTH_REQUIRED', answer('407 Sign in', ['Proxy-Authenticate: NTLM, Basic realm="a, b"']), /no user name/],
    [
      'PROXY_AUTH_REQUIRED',
      answer('407 Sign in', [
        'Proxy-Authenticate: Digest realm="x, Negotiate", qop=auth, nonce="a\\"b", basic realm="y"',
      ]),
      /no user name/,
    ],
    [
      'PROXY_AUTH_UNSUPPORTED',
      answer('407 Sign in', ['Proxy-Authenticate: Digest realm="Basic, x", qop="auth", algorithm=MD5,Bearer']),
      /accepts only Digest, Bearer as/,
    ],
    [
      'PROXY_AUTH_UNSUPPORTED',
      answer('407 Sign in', ['Proxy-Authenticate: Negotiate, NTLM']),
      /only Negotiate, NTLM as/,
    ],
    ['PROXY_WEB_PAGE', answer('302 Found', ['Location: http://portal.test/login']), /status 302/],
    ['PROXY_WEB_PAGE', answer('200 OK', [html], 'Sign in'), /status 200/],
    ['PROXY_WEB_PAGE', answer('511 Network Authentication Required', [html]), /status 511/],
  ];
  for (const [code, text, message] of cases) t.match(await refusal(text), { code, message, retry: 'fix' }, text);
});

t.test('reports a rule of the proxy, or a server that is not a proxy', async (t) => {
  const squid = answer('403 Forbidden', [html, 'X-Squid-Error: ERR_ACCESS_DENIED 0'], 'ERROR: could not be retrieved');
  t.match(await refusal(squid), { code: 'PROXY_REFUSED', message: /status 403, "ERR_ACCESS_DENIED"/ });
  for (const status of ['400 Bad Request', '405 Method Not Allowed', '501 Not Implemented', '403 Filtered']) {
    t.match(await refusal(answer(status)), { code: 'PROXY_REFUSED', action: /a web server and not a proxy/ }, status);
  }
  t.match(await refusal('\x15\x03\x01\x00\x02\x02\x46'), {
    code: 'PROXY_UNREACHABLE',
    message: /speaks TLS: give its address with https:\/\//,
  });
});

t.test("shows a proxy's answer as one short line", async (t) => {
  t.equal(proxyWords('HTTP/1.1 503 \x1b[31mGone\x1b[0m\u200b  away', ''), '[31mGone [0m away');
  t.equal(proxyWords(`HTTP/1.1 500 ${'x'.repeat(500)}`, '').length, 121);
  t.equal(
    proxyWords('HTTP/1.1 502 Bad Gateway', '<TITLE>\n 502: Host &quot;a&amp;b&quot;\n unknown </TITLE>'),
    'Host "a&b" unknown',
  );
  t.equal(proxyWords('nothing of HTTP', ''), '');
});
