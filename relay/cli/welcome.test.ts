/** A relay that nobody has set up yet says how: with a link to somebody at its terminal, and without one to a log. */
import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { systemClock } from '../../shared/clock.ts';
import { storeFile } from '../settings/settings.ts';
import { TestBrowser } from '../testing/browser.ts';
import { placeFreshStore } from '../testing/fresh-store.ts';
import { runCli } from './program.ts';

async function serving(t: Test, rich: boolean, until: RegExp): Promise<RegExpExecArray> {
  const home = t.testdir();
  await placeFreshStore(storeFile(home));
  const [out, err, stop] = [new PassThrough(), new PassThrough(), new AbortController()];
  const ended = runCli(['serve', '--port', '0'], {
    ...{ home, out, err, user: 'kim', clock: systemClock, rich, stop: stop.signal },
  });
  t.teardown(async () => {
    stop.abort();
    await ended;
  });
  const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
  let text = '';
  out.on('data', (chunk) => {
    text += String(chunk);
    const found = until.exec(text);
    if (found !== null) resolve(found);
  });
  return await promise;
}

t.test('at a terminal, a link that works', async (t) => {
  const link = /Set up the console: (http:\/\/127\.0\.0\.1:\d+)\/console\/link#([\w-]{43})/;
  const [, base = '', code = ''] = await serving(t, true, link);
  const browser = new TestBrowser(base);
  const entered = await browser.submit(await browser.get('/console/link'), '/link', { code });
  t.match((await browser.follow(entered)).body, /kim \(link from the terminal\)/);
});

t.test('in a log, the command and no link', async (t) => {
  const [line] = await serving(t, false, /^.*console\.not-set-up.*$/m);
  t.match(line, /hallpass-relay sign-in link/);
  t.notMatch(line, /#/);
});
