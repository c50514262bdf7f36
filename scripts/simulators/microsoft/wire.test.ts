/** HTTP/2 as Graph speaks it, and how it breaks. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import t, { type Test } from 'tap';
import { Agent, request } from 'undici';
import { RawClient } from './contract/raw-client.ts';
import { startMicrosoftSimulator } from './server.ts';

const simulator = await startMicrosoftSimulator({ people: 40, lag: 0 });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
t.afterEach(async () => {
  await graph.control('DELETE', '/faults');
});
let counter = 0;
const newClass = () => {
  counter += 1;
  return { displayName: `Class ${counter}`, mailNickname: `wire_${counter}` };
};
const has = (name: string) => simulator.directory.groups.find('mailNickname', name).length > 0;
const order = (kind: string, more: object = {}) =>
  graph.control('POST', '/faults', { match: { path: '^/(education/classes|users)' }, kind, ...more });

interface Seen {
  /** The stream's code: 0 is no error. */
  code: number;
  status: number | undefined;
  text: string;
}

async function ask(session: ClientHttp2Session, method: string, path: string, body?: object): Promise<Seen> {
  const authorization = `Bearer ${graph.token}`;
  const stream = session.request({
    ':method': method,
    ':path': `/v1.0${path}`,
    authorization,
    'content-type': 'application/json',
  });
  const seen: Seen = { code: 0, status: undefined, text: '' };
  stream.on('error', () => {});
  stream.on('response', (headers) => {
    seen.status = headers[':status'];
  });
  stream.on('data', (chunk: Buffer) => {
    seen.text += chunk.toString();
  });
  stream.end(body === undefined ? undefined : JSON.stringify(body));
  if (!stream.closed) await once(stream, 'close').catch(() => {});
  return { ...seen, code: stream.rstCode };
}

function open(t: Test): ClientHttp2Session {
  const session = connect(simulator.baseUrl, { ca: simulator.ca });
  session.on('error', () => {});
  t.teardown(() => session.destroy());
  return session;
}

t.test('offers h2 by ALPN, and speaks HTTP/1.1 to other clients', async (t) => {
  const session = open(t);
  const body = newClass();
  const made = await ask(session, 'POST', '/education/classes', body);
  t.equal(session.alpnProtocol, 'h2');
  t.equal(made.status, 201);
  t.ok(has(body.mailNickname));
  t.match(JSON.parse((await ask(session, 'GET', '/users?$top=1')).text)['@odata.nextLink'], simulator.baseUrl);
  const dispatcher = new Agent({ connect: { ca: simulator.ca }, allowH2: false });
  t.teardown(() => dispatcher.destroy());
  const headers = { authorization: `Bearer ${graph.token}` };
  t.equal((await request(`${simulator.baseUrl}/v1.0/users`, { dispatcher, headers })).statusCode, 200);
});

t.test('a stream that is reset before the answer has done nothing, unless the order says so', async (t) => {
  for (const [code, number] of [
    ['CANCEL', constants.NGHTTP2_CANCEL],
    ['NO_ERROR', constants.NGHTTP2_NO_ERROR],
    ['REFUSED_STREAM', constants.NGHTTP2_REFUSED_STREAM],
    ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR],
  ] as const) {
    const session = open(t);
    const [none, done] = [newClass(), newClass()];
    await order('reset', { code });
    t.match(
      await ask(session, 'POST', '/education/classes', none),
      { code: number, status: undefined, text: '' },
      code,
    );
    t.notOk(has(none.mailNickname));
    await order('reset', { code, done: true });
    t.match(await ask(session, 'POST', '/education/classes', done), { code: number, status: undefined });
    t.ok(has(done.mailNickname));
    t.equal((await ask(session, 'GET', '/users?$top=1')).status, 200, 'the connection goes on');
  }
});

t.test('a stream that is reset midway has delivered half of the answer', async (t) => {
  for (const code of ['CANCEL', 'NO_ERROR', 'INTERNAL_ERROR']) {
    const session = open(t);
    await order('reset', { code, midway: true });
    const half = await ask(session, 'GET', '/users?$top=20');
    t.equal(half.status, 200);
    t.match(half.text, /^\{"@odata/);
    t.throws(() => JSON.parse(half.text));
  }
});

t.test('sends GOAWAY with and without an answer', async (t) => {
  const [none, done] = [newClass(), newClass()];
  const left = open(t);
  await order('goaway');
  const leaves = once(left, 'goaway');
  t.match(await ask(left, 'POST', '/education/classes', none), { status: undefined });
  t.equal((await leaves)[0], constants.NGHTTP2_NO_ERROR);
  t.notOk(has(none.mailNickname));
  const answered = open(t);
  await order('goaway', { done: true });
  const goes = once(answered, 'goaway');
  t.match(await ask(answered, 'POST', '/education/classes', done), { status: 201 });
  await goes;
  t.ok(has(done.mailNickname));
});

t.test('a dropped connection ends every stream on it', async (t) => {
  const session = open(t);
  await order('drop');
  const closed = once(session, 'close');
  t.match(await ask(session, 'GET', '/users'), { status: undefined });
  await closed;
});

t.test('on HTTP/1.1 the connection breaks instead', async (t) => {
  const dispatcher = new Agent({ connect: { ca: simulator.ca }, allowH2: false });
  t.teardown(() => dispatcher.destroy());
  const headers = { authorization: `Bearer ${graph.token}` };
  const get = () => request(`${simulator.baseUrl}/v1.0/users`, { dispatcher, headers });
  for (const more of [{}, { kind: 'goaway' }, { kind: 'drop' }]) {
    await order('reset', more);
    await t.rejects(get(), { code: 'UND_ERR_SOCKET' });
  }
  await order('reset', { midway: true });
  await t.rejects((await get()).body.text());
  await order('goaway', { done: true });
  const last = await get();
  t.equal(last.headers.connection, 'close');
  await last.body.dump();
});
