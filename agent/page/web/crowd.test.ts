/** A faulty or malicious program beside the administrator's tab: real HTTP on real sockets. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { type Scene, working } from '../testing/scene.ts';
import { Presses } from './presses.ts';
import { startPage } from './server.ts';

const tab = { 'user-agent': 'Mozilla/5.0 (the administrator)' };
const program = { 'user-agent': 'watcher/1.0' };

async function serve(t: Test, { parts }: Scene): Promise<string> {
  const page = await startPage(parts);
  t.teardown(() => page.close());
  return page.url;
}

async function asked(url: string, path: string, headers: object, body?: string): Promise<IncomingMessage> {
  const method = body === undefined ? 'GET' : 'POST';
  // Without an agent of their own, requests would share sockets.
  const sent = request(new URL(path, url), { method, agent: new Agent(), headers: { ...headers } }).end(body);
  const [answer] = await once(sent, 'response');
  return answer;
}

/** An event stream, with everything that it has sent so far. */
async function stream(url: string, headers: object) {
  const answer = await asked(url, '/events', headers);
  const opened = { status: answer.statusCode, said: '', open: true, closed: Promise.resolve(), next: nothing };
  opened.closed = new Promise((resolve) =>
    answer.on('close', () => {
      opened.open = false;
      resolve();
    }),
  );
  answer.on('error', () => undefined);
  answer.setEncoding('utf8').on('data', (chunk) => {
    opened.said += chunk;
    opened.next();
  });
  return opened;
}
const nothing = (): void => undefined;

async function token(url: string): Promise<string> {
  return /data-token="([^"]+)"/.exec(await text(await asked(url, '/', tab)))?.[1] ?? '';
}

t.test("limits streams per program: a program's oldest is closed, and the tab stays", async (t) => {
  const made = working();
  const url = await serve(t, made);
  const mine = await stream(url, tab);
  const theirs = [];
  for (let at = 0; at < 20; at++) theirs.push(await stream(url, program));
  t.same(new Set(theirs.map(({ status }) => status)), new Set([200]), 'every new one is served');
  await Promise.all(theirs.slice(0, 14).map(({ closed }) => closed));
  t.equal(theirs.filter(({ open }) => open).length, 6, 'the newest stay');
  t.ok(mine.open);
  const heard = new Promise<void>((resolve) => {
    mine.next = () => {
      if (mine.said.includes('Paused here')) resolve();
    };
  });
  made.board.report({ event: 'agent.paused', since: new Date(made.clock.now()).toISOString() });
  await heard;
  t.equal((await stream(url, tab)).status, 200, 'serves a second tab as well');
});

t.test('programs that use many names leave room for a tab', async (t) => {
  const url = await serve(t, working());
  for (let at = 0; at < 60; at++) {
    t.equal((await stream(url, { 'user-agent': `program ${at % 15}` })).status, 200);
  }
  const mine = await stream(url, tab);
  t.equal(mine.status, 200);
  for (let at = 0; at < 15; at++) await stream(url, { 'user-agent': `program ${at % 3}` });
  t.ok(mine.open, 'programs with the most streams give way first');
});

t.test('accepts only a few of six hundred presses by one program, and a person can still press', async (t) => {
  const made = working();
  const url = await serve(t, made);
  const body = `token=${await token(url)}`;
  const form = { origin: url, 'content-type': 'application/x-www-form-urlencoded' };
  const press = async (headers: object) => {
    const answer = await asked(url, '/actions/sync', { ...form, ...headers }, body);
    answer.resume();
    return answer;
  };
  const statuses = [];
  for (let at = 0; at < 600; at++) statuses.push((await press(program)).statusCode);
  t.equal(statuses.filter((status) => status === 204).length, 20);
  t.equal(statuses.filter((status) => status === 429).length, 580);
  t.equal(made.pressed.length, 20);
  t.equal((await press(program)).headers['retry-after'], '3');
  t.equal((await press(tab)).statusCode, 204);
  made.clock.advance(3000);
  t.equal((await press(program)).statusCode, 204, 'after a while it may again');
});

t.test('silent connections give way to new ones, but the stream does not', async (t) => {
  const url = await serve(t, working());
  const mine = await stream(url, tab);
  const { hostname, port } = new URL(url);
  let closed = 0;
  const enough = Promise.withResolvers<void>();
  for (let at = 0; at < 400; at++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', nothing);
    socket.on('close', () => {
      closed += 1;
      if (closed >= 201) enough.resolve();
    });
    await once(socket, 'connect');
    t.teardown(() => socket.destroy());
  }
  await enough.promise;
  t.equal((await asked(url, '/', tab)).statusCode, 200);
  t.ok(mine.open);
});

t.test('limits how many program names are remembered', async (t) => {
  const presses = new Presses();
  for (let at = 0; at < 20; at++) t.ok(presses.take('first', 0));
  t.notOk(presses.take('first', 0));
  for (let at = 0; at < 50; at++) presses.take(`other ${at}`, 0);
  t.notOk(presses.take('first', 2000), 'not forgotten while there are few');
  t.ok(presses.take('first', 3500));
});
