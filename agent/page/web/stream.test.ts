/** The page's stream by itself, over real HTTP: the events that come with time alone. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Blocks, Stream } from './stream.ts';

/** A stream whose beats come when the test says so. */
async function open(t: Test, blocks: () => Blocks) {
  const pauses: { ms: number; end: () => void }[] = [];
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const pause = { ms, end: resolve };
      pauses.push(pause);
      signal?.addEventListener('abort', () => {
        pauses.splice(pauses.indexOf(pause), 1);
        reject(signal.reason);
      });
    });
  const lines = (after: number) => ({ html: '', last: after });
  const stream = new Stream({ token: 'this process', blocks, plot: () => '[]', lines }, { sleep });
  const server = createServer((_, response) => {
    try {
      stream.open(response, 'browser');
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    stream.close();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const beat = () => pauses.splice(0).map(({ ms, end }) => [ms, end()][0]);
  return { url, pauses, beat, stream };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setImmediate();
}

t.test('sends time-based changes every ten seconds while the page is open', async (t) => {
  let minutes = 0;
  const { url, pauses, beat } = await open(t, () => ({ ago: `${minutes} minutes ago` }));
  t.same(pauses, [], 'nobody looks');
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  let heard = '';
  const reading = response.body?.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write: (text) => {
        heard += text;
      },
    }),
  );
  await until(() => heard.includes('0 minutes ago') && pauses.length === 1);
  minutes = 1;
  t.same(beat(), [10_000]);
  await until(() => heard.includes('1 minutes ago') && pauses.length === 1);
  leaving.abort();
  await t.rejects(reading ?? Promise.resolve());
  await until(() => pauses.length === 0);
});

t.test('a failing view ends the streams, and a returning browser is told why', async (t) => {
  let isBroken = false;
  const { url, pauses, beat } = await open(t, () => {
    if (isBroken) throw new TypeError('no such block');
    return {};
  });
  const response = await fetch(url);
  await until(() => pauses.length === 1);
  isBroken = true;
  beat();
  await t.rejects(response.text());
  t.equal((await fetch(url)).status, 500);
  t.same(pauses, [], 'and nothing continues');
});
