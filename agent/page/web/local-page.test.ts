/**
 * The page of a real agent between a PowerSchool and a relay: what it says, what its buttons do, what survives a
 * restart.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { runCli } from '../../cli/program.ts';
import { changeSettings } from '../../settings/settings.ts';
import { AgentState } from '../../state/agent-state.ts';
import { District } from '../../testing/district.ts';

const command = { type: 'command', id: '5e5e0d3f-4d4f-4ad0-8f3c-6f1f5d2c1a11', name: 'sync' } as const;

/** A command in this process; tests can wait for its lines. */
class Command {
  readonly lines: string[] = [];
  readonly done: Promise<number>;
  readonly #stop = new AbortController();
  #waiting: { pattern: RegExp; resolve: (found: RegExpMatchArray) => void }[] = [];

  constructor(folder: string, ...args: string[]) {
    const out = new PassThrough();
    createInterface({ input: out }).on('line', (line) => this.#take(line));
    this.done = runCli(args, {
      ...{ folder, env: {}, hostname: 'test-host', platform: 'linux', uid: 1000, invocation: ['hallpass-agent'] },
      stdin: new PassThrough() as unknown as NodeJS.ReadStream,
      stdout: out as unknown as NodeJS.WriteStream,
      stderr: out as unknown as NodeJS.WriteStream,
      stop: this.#stop.signal,
    });
  }

  /** The first line that matches, possibly one already printed. */
  async line(pattern: RegExp): Promise<RegExpMatchArray> {
    for (const line of this.lines) {
      const found = line.match(pattern);
      if (found !== null) return found;
    }
    const { promise, resolve } = Promise.withResolvers<RegExpMatchArray>();
    this.#waiting.push({ pattern, resolve });
    return promise;
  }

  async stop(): Promise<number> {
    this.#stop.abort();
    return this.done;
  }

  #take(line: string): void {
    this.lines.push(line);
    this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
      const found = line.match(pattern);
      if (found !== null) resolve(found);
      return found === null;
    });
  }
}

async function open(t: Test): Promise<District> {
  const district = await District.open(join(t.testdir({}), 'state'), 3);
  t.teardown(() => district.close());
  return district;
}

async function run(t: Test, district: District): Promise<{ agent: Command; url: string }> {
  const agent = new Command(district.folder, 'run');
  t.teardown(() => agent.stop());
  const [url] = await agent.line(/http:\/\/127\.0\.0\.1:\d+(?=\.$)/);
  return { agent, url: url ?? '' };
}

async function html(url: string): Promise<string> {
  return (await fetch(url)).text();
}

async function press(url: string, action: string): Promise<number> {
  const token = /data-token="([^"]+)"/.exec(await html(url))?.[1] ?? '';
  const answer = await fetch(`${url}/actions/${action}`, {
    method: 'POST',
    headers: { origin: url },
    body: new URLSearchParams({ token }),
  });
  return answer.status;
}

/** Sends the relay's command, and returns the agent's answers. */
async function commanded({ relay }: District) {
  const result = relay.next('result');
  relay.send(command);
  return result;
}

t.test('shows the page of a working agent, and its buttons work', async (t) => {
  const district = await open(t);
  const first = district.relay.next('status');
  const { agent, url } = await run(t, district);
  await first;
  t.match(await html(url), /Everything is working.*All schools are included.*Test district/s);
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  t.match(await (await fetch(`${url}/metrics`)).text(), /records\{kind="student"\} 6\n/);

  t.equal(await press(url, 'check'), 204);
  let checked = '';
  while (!/steps passed|in \d+ steps/.test(checked)) checked = await html(url);
  t.match(checked, /powerschool\.token<\/code> <span class="state is-working">passed/);
  t.match(checked, /relay\.identity<\/code> <span class="state is-working">passed/);

  const again = district.relay.next('status');
  t.equal(await press(url, 'sync'), 204);
  await again;

  const waiting = district.relay.next('status');
  t.equal(await press(url, 'pause'), 204);
  t.match(await waiting, { state: 'waiting' }, 'the relay is informed');
  t.match(await html(url), /Paused here since.*Resume/s);
  t.match(await commanded(district), { ok: false, error: { code: 'AGENT_PAUSED', retry: 'retry' } });
  const asked = district.powerschool.of('probe').length;
  t.equal(await agent.stop(), 0);

  const status = district.relay.next('status');
  const second = await run(t, district);
  t.match(await status, { state: 'waiting' }, 'the pause survives a restart');
  const page = await html(second.url);
  t.match(page, /Paused here since/);
  t.match(page, /data-word="Paused".*id="cycles".*is-working.*sent/s, 'so do the last cycles');
  t.equal(district.powerschool.of('probe').length, asked, 'nothing was read');

  const resumed = district.relay.next('status');
  t.equal(await press(second.url, 'resume'), 204);
  await resumed;
  t.match(await commanded(district), { ok: true });
  t.equal((await AgentState.open(district.folder)).pausedSince, undefined);
  await second.agent.stop();
});

t.test("shows problems on the page, but nobody's personal data", async (t) => {
  const district = await open(t);
  const first = district.relay.next('status');
  const { url } = await run(t, district);
  await first;
  district.powerschool.set('student:1', [{ id: '1000', username: 'x' }]);
  district.powerschool.fault = ({ query }) => (query === 'student' ? { status: 500, body: {} } : undefined);
  t.match(await commanded(district), { ok: false });
  let page = await html(url);
  // Names are read once the page has been opened.
  while (!page.includes('North')) page = await html(url);
  t.match(page, /Trying again.*1 stale.*POWERSCHOOL_FAILED/s);
  const history = await readFile(join(district.folder, 'history.json'), 'utf8').catch(() => '');
  t.notMatch(page + history, /Zoë|O&#39;Neil|O'Neil|student1000|correct/);

  district.powerschool.fault = () => undefined;
  t.match(await commanded(district), { ok: true });
  t.match(await html(url), /Everything is working/);
});

t.test('a port that is taken stops the page, not the agent', async (t) => {
  const district = await open(t);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  const state = await AgentState.open(district.folder);
  await state.saveSettings(changeSettings(state.settings, { 'page.port': port }));
  const status = district.relay.next('status');
  const agent = new Command(district.folder, 'run');
  t.teardown(() => agent.stop());
  await agent.line(/PAGE_UNAVAILABLE.*EADDRINUSE/);
  t.match(await status, { state: 'idle' });

  await agent.stop();
  await state.saveSettings(changeSettings(state.settings, { 'page.enabled': false }));
  const once = district.relay.next('status');
  const without = new Command(district.folder, 'run');
  t.teardown(() => without.stop());
  await once;
  t.notMatch(without.lines.join('\n'), /local page|PAGE_/);
});

t.test('the page of an agent that is not running says why', async (t) => {
  const home = join(t.testdir({}), 'home');
  const state = await AgentState.open(home);
  await state.saveSettings(changeSettings(state.settings, { 'page.port': 0 }));
  const shown = async (folder: string) => {
    const page = new Command(folder, 'page');
    t.teardown(() => page.stop());
    const [url] = await page.line(/http:\/\/127\.0\.0\.1:\d+/);
    const content = await html(url ?? '');
    t.equal((await fetch(`${url}/readyz`)).status, 503);
    t.equal(await press(url ?? '', 'pause'), 404, 'there is nothing to pause');
    t.equal(await page.stop(), 0);
    return content;
  };
  t.match(await shown(home), /Not set up yet.*NOT_CONFIGURED/s);

  const district = await open(t);
  district.relay.refuse = { status: 401, body: { code: 'AGENT_UNKNOWN', message: 'unknown' } };
  t.equal(await new Command(district.folder, 'run').done, 78);
  t.match(await shown(district.folder), /Stopped.*AGENT_UNKNOWN/s);
});
