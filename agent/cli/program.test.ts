/** The command line as an administrator uses it: real processes, files, exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { startVariables } from '../../shared/testing/start-variables.ts';
import { AgentState } from '../state/agent-state.ts';
import { stateFolder, statePaths } from '../state/folder.ts';
import { takeLock } from '../state/lock.ts';
import { District } from '../testing/district.ts';
import { runCli } from './program.ts';

const main = fileURLToPath(new URL('../hallpass-agent.mjs', import.meta.url));

/** Runs the command as a process of its own. */
function start(home: string, ...args: string[]) {
  return spawn(process.execPath, [main, ...args], { env: { ...startVariables, HALLPASS_HOME: home } });
}

/** Runs the command in this process, which starts faster. */
async function agent(home: string, args: string[], input = '') {
  const stdin = Object.assign(new PassThrough(), { isTTY: false });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  stdin.end(input);
  const output = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli(args, {
    folder: home,
    env: {},
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    hostname: 'test-host',
    platform: 'linux',
    uid: 1000,
    invocation: [process.execPath, main],
    stop: new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  return { out, err, code };
}

function lines(out: string): Record<string, unknown>[] {
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function open(t: Test, files: Record<string, string> = {}): Promise<District> {
  const district = await District.open(join(t.testdir(files), 'state'), 3);
  t.teardown(() => district.close());
  return district;
}

t.test('goes from nothing to the first sync as the documentation describes', async (t) => {
  const district = await open(t, { code: 'ABCD-EFGH-JKLM\n' });
  const home = join(district.folder, '..', 'home');
  const { settings } = await AgentState.open(district.folder);
  const relay = (await AgentState.open(district.folder)).identity?.relay ?? '';

  t.match(await agent(home, ['run']), { code: 78, err: /^error\[NOT_CONFIGURED\].*\n {2}→ / });
  const configured = await agent(
    home,
    [
      'configure',
      '--powerschool-url',
      settings.powerschool.url ?? '',
      '--powerschool-client-id',
      'client',
      '--powerschool-secret-stdin',
    ],
    'correct\n',
  );
  t.match(configured, { code: 0, err: '' });
  t.match(await agent(home, ['run']), { code: 78, err: /NOT_ENROLLED/ });
  t.match(await agent(home, ['enroll', '--relay', relay, '--code', 'WRONG-CODE-1']), {
    code: 78,
    err: /ENROLLMENT_CODE_INVALID/,
  });
  t.match(await agent(home, ['enroll', '--relay', relay, '--code-file', join(home, '..', 'code')]), {
    code: 0,
    err: '',
  });

  const synced = await agent(home, ['sync', '--once', '--log-format', 'json']);
  t.match(synced, { code: 0, err: '' });
  const events = lines(synced.out).filter(({ event }) => event !== 'cycle.progress');
  t.same(
    events.map(({ event }) => event),
    ['agent.ready', 'link.open', 'cycle.committed', 'agent.stopped'],
  );
  t.match(events[2], { upserts: 22, deletes: 0, requests: 15, rssPeakMB: Number });
  t.notMatch(synced.out, /O'Neil|Zo|student1000|correct/, 'no personal data, no secret');

  const again = await agent(home, ['sync', '--once']);
  t.match(again, { code: 0, out: /Nothing has changed in PowerSchool/ });
  const status = JSON.parse((await agent(home, ['status', '--json'])).out);
  t.match(status, { running: false, tenantName: 'Test district', records: { student: 6 }, lastCycle: { upserts: 22 } });
  t.notMatch(JSON.stringify(status), /correct/);
  t.match(await agent(home, ['status']), { code: 0, out: /Last check +20\d\d-/ });
  for (const file of ['settings.json', 'identity.json', 'powerschool-secret', 'probe.json']) {
    t.equal((await stat(join(home, file))).mode & 0o777, 0o600, file);
  }
});

t.test('refuses wrong input with a reason before storing anything', async (t) => {
  const home = join(t.testdir({ empty: '', 'ca.pem': 'no certificate', folder: { x: '' } }), 'home');
  const cases: [string[], number, RegExp][] = [
    [['configure', '--powerschool-url', 'http://powerschool.example'], 78, /POWERSCHOOL_ADDRESS_INSECURE/],
    [['configure', '--powerschool-url', 'ftp://powerschool.example/admin'], 78, /SETTING_INVALID.*https:\/\//],
    [['configure', '--powerschool-url', 'powerschool.example:70000'], 78, /SETTING_INVALID.*a port is a number/],
    [['configure', '--relay-url', 'ws://relay.example'], 78, /RELAY_ADDRESS_INSECURE/],
    [['configure', '--relay-url', 'https://me:pw@relay.example'], 78, /SETTING_INVALID.*password/],
    [['configure', '--page-size', '1'], 78, /SETTING_INVALID.*pageSize is not valid: it must be 10 or more\./],
    [['configure', '--name', ''], 78, /name is not valid: it is empty/],
    [['configure', '--proxy-bypass', 'a.org, 10.0.0.0/99'], 64, /"10\.0\.0\.0\/99" is no name/],
    [
      ['configure', '--page-size', 'many'],
      64,
      /^error\[OPTION_INVALID\] --page-size cannot be "many"\. It must be a whole number\.\n {2}→ .*configure --help/,
    ],
    [['configure', '--relay-ca', join(home, '..', 'ca.pem')], 78, /CA_FILE_INVALID/],
    [['configure', '--relay-ca', join(home, 'nowhere')], 78, /FILE_UNREADABLE.*: there is no such file or folder\.\n/],
    [['configure', '--powerschool-secret-file', join(home, '..', 'empty')], 78, /SETTING_INVALID.*empty/],
    [['enroll', '--relay', 'http://relay.example', '--code', 'ABCD-EFGH'], 78, /RELAY_ADDRESS_INSECURE/],
    [['enroll', '--relay', 'https://127.0.0.1:1', '--code', 'ABCD-EFGH'], 75, /RELAY_UNREACHABLE.*127\.0\.0\.1:1/],
    [['enroll'], 78, /NOT_CONFIGURED.*--relay.*\n.*"hallpass-agent enroll --help"/],
    [['sync'], 64, /--once.*\n.*"hallpass-agent sync --help"/],
    [['sync', '--once', '--accept-empty', 'pets'], 64, /school, term/],
    [['plugin', '--out', join(home, 'no', 'such', 'folder.zip')], 78, /PLUGIN_UNWRITABLE/],
    [['plugin', '--out', join(home, '..', 'folder')], 78, /PLUGIN_UNWRITABLE.*it is a folder/],
    [['plugin'], 64, /--explain' must be given\./],
    [
      ['service', 'instal'],
      64,
      /Unknown command 'instal'\. Did you mean "install"\?\n.*"hallpass-agent service --help"/,
    ],
    [['tea'], 64, /^error\[OPTION_INVALID\] Unknown command 'tea'\.\n {2}→ See "hallpass-agent --help"\.\n$/],
  ];
  for (const [args, code, err] of cases) t.match(await agent(home, args), { code, err }, args.join(' '));
  await t.rejects(stat(join(home, 'settings.json')));
  t.same((await readdir(join(home, '..'))).sort(), ['ca.pem', 'empty', 'folder', 'home'], 'nothing is left behind');
  t.same(await readdir(home), []);
});

t.test('completes an address and shows what it stored', async (t) => {
  const home = join(t.testdir({}), 'home');
  const page = ['--powerschool-url', 'powerschool.example.org/admin/home.html', '--relay-url', 'relay.example.com'];
  t.match(await agent(home, ['configure', ...page]), {
    code: 0,
    out: /--powerschool-url is taken as https:\/\/powerschool\.example\.org \(https:\/\/ was added; \/admin\/home\.html was cut off\)\.\n--relay-url is taken as https:\/\/relay\.example\.com\/ \(/,
  });
  const { settings } = await AgentState.open(home);
  t.match(settings, {
    powerschool: { url: 'https://powerschool.example.org' },
    relay: { url: 'https://relay.example.com/' },
  });
  const secret = await agent(home, ['configure', '--proxy', 'http://ann:hush@proxy.example.org:8080']);
  t.match(secret, { code: 78, err: /user name or password; they come from --proxy-credentials-file/ });
  t.notMatch(secret.out + secret.err, /hush/);
});

t.test('reports a broken settings file and uses its copy', async (t) => {
  const district = await open(t);
  const file = join(district.folder, 'settings.json');
  t.match(await agent(district.folder, ['configure', '--page-size', '20']), { code: 0 });
  await writeFile(file, '{"powerschool": "edited by hand"');
  t.match(await agent(district.folder, ['check']), { out: /! warn {2}settings +.*settings\.json is broken/ });
  const synced = await agent(district.folder, ['sync', '--once']);
  t.match(synced, {
    code: 0,
    out: /error\[STATE_COPY_USED\].*settings\.json is broken: it is not JSON.*\n {2}→ .*configure/,
  });
  t.notMatch((await agent(district.folder, ['sync', '--once'])).out, /STATE_COPY_USED/, 'reported once, and healed');
  t.equal((await AgentState.open(district.folder)).settings.powerschool.pageSize, 10, 'uses the previous version');
  t.match(await readFile(`${file}.broken`, 'utf8'), /edited by hand/, 'keeps what someone wrote');
  t.notMatch(await readFile(`${file}.bak`, 'utf8'), /edited by hand/, 'a broken file does not overwrite the good copy');

  await writeFile(join(district.folder, 'pause.json'), '{"since":"yesterday');
  t.match(await agent(district.folder, ['sync', '--once']), { code: 0, out: /error\[STATE_PAUSE_LOST\]/ });
  t.notMatch((await agent(district.folder, ['sync', '--once'])).out, /STATE_PAUSE_LOST/);
});

t.test('keeps a copy of the identity from the first write, and cleans up after killed writes', async (t) => {
  const home = join(t.testdir({}), 'state');
  const fresh = await AgentState.open(home);
  const { identity } = await AgentState.open((await open(t)).folder);
  if (identity === null) throw new TypeError('the district has one');
  await fresh.saveIdentity(identity);
  await writeFile(join(home, 'identity.json'), '');
  t.same((await AgentState.open(home)).identity, identity);

  const district = await open(t);
  const leftovers = ['settings.json.999999999.tmp', 'settings.json.bak.999999999.tmp', 'agent.lock.999999999.dead'];
  for (const name of leftovers) await writeFile(join(district.folder, name), 'half');
  await writeFile(join(district.folder, `settings.json.${process.ppid}.tmp`), 'being written');
  t.match(await agent(district.folder, ['sync', '--once']), { code: 0 });
  const left = (await readdir(district.folder)).filter((name) => /\.(tmp|dead)$/.test(name));
  t.same(left, [`settings.json.${process.ppid}.tmp`], 'only what a living process writes');
});

t.test('a wrong secret ends the command and is still not shown', async (t) => {
  const district = await open(t);
  district.powerschool.clientSecret = 'changed-in-powerschool';
  const { code, err, out } = await agent(district.folder, ['sync', '--once']);
  t.match({ code, err }, { code: 78, err: /POWERSCHOOL_SECRET_REFUSED.*invalid_client/ });
  t.notMatch(out + err, /correct/);
});

t.test('a killed service starts again without complaint and stops cleanly on request', async (t) => {
  const district = await open(t);
  const batch = district.relay.next('batch');
  district.relay.fault = (message) => (message.type === 'batch' ? 'swallow' : undefined);
  const killed = start(district.folder, 'run', '--log-format', 'json');
  await batch;
  killed.kill('SIGKILL');
  await once(killed, 'close');

  district.relay.fault = () => undefined;
  const status = district.relay.next('status');
  const child = start(district.folder, 'run', '--log-format', 'json');
  const out = text(child.stdout);
  await status;
  t.same(district.relay.ids(), Object.fromEntries(Object.entries(district.ids()).sort()));
  t.same(district.relay.violations, []);

  const second = await agent(district.folder, ['sync', '--once']);
  t.match(second, { code: 78, err: new RegExp(`STATE_IN_USE.*process ${child.pid}`) });
  t.match(await agent(district.folder, ['status']), { out: new RegExp(`Running +yes, process ${child.pid}`) });

  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  t.equal(code, 0);
  t.match(lines(await out).at(-1), { event: 'agent.stopped' });
  await t.rejects(stat(join(district.folder, 'agent.lock')), 'the lock is gone');
});

t.test('status shows the same as the page, with the time of each fact', async (t) => {
  const nothing = await agent(join(t.testdir({}), 'home'), ['status']);
  t.match(nothing, { code: 0, out: /Running +no\n[\s\S]*Connection +never open\n/ });
  t.match(
    nothing.out,
    /Problem +\[NOT_CONFIGURED\] This agent has no PowerSchool address.*\n {2}→ Run "hallpass-agent setup"/,
  );

  const district = await open(t);
  t.match(await agent(district.folder, ['status']), { out: /Problem +\[AGENT_NOT_RUNNING\]/ }, 'it has never run');
  const first = district.relay.next('status');
  const child = start(district.folder, 'run', '--log-format', 'json');
  const events = createInterface({ input: child.stdout });
  const seen = async (name: string) => {
    for await (const line of events) if (JSON.parse(line).event === name) return;
  };
  await first;
  const well = await agent(district.folder, ['status']);
  t.match(well, { out: /Running +yes[\s\S]*Connection +open since 20\d\d-[\s\S]*Problem +none\n/ });
  const lost = seen('link.lost');
  district.relay.refuse = { status: 503, body: { code: 'RELAY_BUSY', message: 'The relay takes no new connections.' } };
  district.relay.closeAll('protocol');
  await lost;
  // This file is written asynchronously.
  while ((await AgentState.open(district.folder)).link?.connected !== false) await setImmediate();
  t.match(await agent(district.folder, ['status']), {
    out: /Connection +lost since 20\d\d-.*\n[\s\S]*Problem +\[(LINK_LOST|RELAY_BUSY)\] .*\(since 20\d\d-[^)]+\)\n {2}→ /,
  });
  child.kill('SIGTERM');
  await once(child, 'close');
  const ended = await agent(district.folder, ['status']);
  t.match(ended, {
    out: /Connection +none, because the agent is not running; last seen lost at 20\d\d-[\s\S]*AGENT_NOT_RUNNING/,
  });
});

t.test('help has an example and the exit codes', async (t) => {
  const home = t.testdir({});
  for (const command of [
    'setup',
    'plugin',
    'configure',
    'enroll',
    'run',
    'sync',
    'check',
    'status',
    'support-bundle',
  ]) {
    const { code, out } = await agent(home, [command, '--help']);
    t.equal(code, 0);
    t.match(out, new RegExp(`Example:\\n {2}hallpass-agent ${command}[^]*78 {2}somebody`));
  }
});

t.test('output that is cut off by its reader is not an error', async (t) => {
  const child = start(join(t.testdir({}), 'state'), 'status');
  child.stdout.destroy();
  t.same(await Promise.all([text(child.stderr), once(child, 'exit')]), ['', [0, null]]);
});

t.test('writes the plugin to the given path', async (t) => {
  const file = join(t.testdir({}), 'plugin.zip');
  t.match(await agent(join(file, '..', 'home'), ['plugin', '--out', file]), { code: 0, out: /8 queries/ });
  t.equal((await readFile(file)).subarray(0, 2).toString(), 'PK');
});

t.test('releases the lock when the process dies', async (t) => {
  const folder = join(t.testdir({}), 'state');
  const { lock: path } = statePaths(folder);
  const lock = await takeLock(path);
  await lock.release();
  const gone = spawn(process.execPath, ['-e', '']);
  await once(gone, 'close');
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  t.teardown(() => other.kill());
  for (const stale of [
    '',
    'x',
    JSON.stringify({ pid: gone.pid, started: '1' }),
    JSON.stringify({ pid: other.pid, started: 'before the boot' }),
  ]) {
    await writeFile(path, stale);
    const taken = await takeLock(path);
    t.equal(JSON.parse(await readFile(path, 'utf8')).pid, process.pid);
    await taken.release();
  }
  const started = (await readFile(`/proc/${other.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19];
  await writeFile(path, JSON.stringify({ pid: other.pid, started }));
  await t.rejects(takeLock(path), { code: 'STATE_IN_USE' });
  await rm(folder, { recursive: true });
  await mkdir(folder);
  await (await takeLock(path)).release();
});

t.test('chooses the state folder by platform', async (t) => {
  const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv, uid: number | undefined = 1000) =>
    stateFolder({ env, platform, uid, homedir: '/home/me' });
  t.equal(at('linux', { HALLPASS_HOME: '/x', STATE_DIRECTORY: '/y' }), '/x');
  t.equal(at('linux', { HALLPASS_HOME: 'x' }), join(process.cwd(), 'x'), 'the same whatever the current folder');
  t.equal(at('linux', { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' }), '/var/lib/a');
  t.equal(at('linux', {}), '/home/me/.local/state/hallpass-agent');
  t.equal(at('linux', { XDG_STATE_HOME: '/s' }), '/s/hallpass-agent');
  t.equal(at('linux', {}, 0), '/var/lib/hallpass-agent');
  t.equal(at('darwin', {}), '/home/me/Library/Application Support/Hallpass Agent');
  t.equal(at('win32', { ProgramData: 'D:\\Data' }, undefined), 'D:\\Data\\Hallpass\\Agent');
});
