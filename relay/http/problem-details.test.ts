/** Whatever the relay's port refuses has one shape: problem details with a code, what happened where, and what to do. */
import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { enrollPath, linkPath, subprotocol } from '../../shared/link.ts';
import { signToken } from '../testing/agent-double.ts';
import { setUp } from '../testing/relay-double.ts';

/** Sends bytes and reads the answer to its end. */
async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, 'end');
  return answer;
}

const head = (start: string, more: string[] = []) =>
  `${[`${start} HTTP/1.1`, 'Host: x', 'Connection: close', ...more].join('\r\n')}\r\n\r\n`;
const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const post = (body: string, type = 'application/json') =>
  `${head(`POST ${enrollPath}`, [`Content-Type: ${type}`, `Content-Length: ${body.length}`])}${body}`;

t.test('every refusal is problem details', async (t) => {
  const { relay, agent } = await setUp(t);
  const good = [
    `Authorization: Bearer ${await signToken(agent)}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
    'Sec-WebSocket-Key: short',
  ];
  const cases: [what: string, text: string, status: number, code: string, detail: RegExp][] = [
    ['unknown path', head('GET /nothing'), 404, 'PATH_UNKNOWN', /\/nothing/],
    ['undecodable path', head('GET /%ff'), 404, 'PATH_UNKNOWN', /%ff/],
    ['undecodable path of the API', head('GET /api/v1/%ff'), 404, 'API_PATH_UNKNOWN', /%ff/],
    ['wrong method', head('DELETE /healthz'), 405, 'METHOD_NOT_ALLOWED', /DELETE.*only GET/],
    ['unknown method', head('FOO /healthz'), 400, 'REQUEST_MALFORMED', /method/],
    ['not HTTP', 'hello\r\n\r\n', 400, 'REQUEST_MALFORMED', /not HTTP/],
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'REQUEST_MALFORMED', /Host/],
    ['long headers', head('GET /', [`X: ${'x'.repeat(20_000)}`]), 431, 'REQUEST_MALFORMED', /16 KB/],
    ['Expect', head('GET /healthz', ['Expect: magic']), 417, 'REQUEST_MALFORMED', /Expect: magic/],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 405, 'REQUEST_MALFORMED', /not a proxy/],
    ['bad JSON', post('{"code":'), 400, 'FRAME_MALFORMED', /JSON/],
    ['other content type', post('<code/>', 'application/xml'), 415, 'FRAME_MALFORMED', /[Mm]edia/],
    ['long body', post(' '.repeat(20_000)), 413, 'FRAME_TOO_LARGE', /16384/],
    ['no token', head('GET /api/v1/fleet'), 401, 'API_TOKEN_INVALID', /token/],
    ['upgrade of another path', head('GET /x', upgrade), 404, 'PATH_UNKNOWN', /\/x/],
    ['no upgrade', head(`GET ${linkPath}`), 426, 'UPGRADE_MISSING', /WebSocket/],
    ['no subprotocol', head(`GET ${linkPath}`, upgrade), 426, 'PROTOCOL_UNSUPPORTED', /protocol/],
    ['bad key of the upgrade', head(`GET ${linkPath}`, [...upgrade, ...good]), 400, 'REQUEST_MALFORMED', /Key/],
  ];
  for (const [what, text, status, code, detail] of cases) {
    const answer = await raw(relay.url, text);
    const [headers = '', body = ''] = answer.split('\r\n\r\n');
    t.match(headers, new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`), what);
    t.match(headers, /content-type: application\/problem\+json/i, what);
    const problem: unknown = JSON.parse(body);
    const type = `/api/v1/errors/${code}`;
    t.match(
      problem,
      { type, title: String, status, detail, code, message: detail, action: String, retry: String },
      what,
    );
    const explained = await fetch(`${relay.url}${type}`);
    t.match(await explained.json(), { code, meaning: String }, what);
  }
});

t.test('a client that asks for application/json gets that content type', async (t) => {
  const { relay } = await setUp(t);
  const answer = await fetch(`${relay.url}/nothing`, { headers: { accept: 'application/json' } });
  t.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
  t.match(await answer.json(), { code: 'PATH_UNKNOWN', status: 404, type: '/api/v1/errors/PATH_UNKNOWN' });
});
