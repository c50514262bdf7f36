/** The guided first run against a PowerSchool simulator and a real relay, with a person at a terminal and without. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { type Authority, createAuthority } from '../../scripts/simulators/authority.ts';
import { type PowerSchoolSimulator, startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { startVariables } from '../../shared/testing/start-variables.ts';
import { AgentState } from '../state/agent-state.ts';
import { statePaths } from '../state/folder.ts';
import { agentScript, runCommand } from '../testing/command.ts';
import { RelayProcess } from '../testing/relay-process.ts';
import { Typist } from '../testing/typist.ts';

const authority: Authority = await createAuthority('District CA');
const folder = t.testdir({});
const relay = await RelayProcess.start(folder, await authority.issue(['localhost', '127.0.0.1']));
const relayCa = join(folder, 'relay-ca.pem');
await writeFile(relayCa, authority.ca);
t.teardown(() => relay.close());

interface District {
  simulator: PowerSchoolSimulator;
  powerschoolCa: string;
  home: string;
  zip: string;
  /** What the administrator does in PowerSchool; the plugin's page then shows id and secret. */
  install(): Promise<{ pluginId: number; clientId: string; clientSecret: string }>;
}

async function open(t: Test): Promise<District> {
  const simulator = await startPowerSchoolSimulator({ students: 30 });
  t.teardown(() => simulator.close());
  const folder = t.testdir({});
  const powerschoolCa = join(folder, 'powerschool-ca.pem');
  await writeFile(powerschoolCa, simulator.ca ?? '');
  const zip = join(folder, 'plugin.zip');
  const install = async () => simulator.installPlugin(await readFile(zip));
  return { simulator, powerschoolCa, home: join(folder, 'home'), zip, install };
}

t.test('leads a person from nothing to the end, past every mistake and a pause', async (t) => {
  const { simulator, powerschoolCa, home, zip, install } = await open(t);
  const stop = new AbortController();
  const first = new Typist();
  const begun = runCommand(home, ['setup'], { typist: first, stop: stop.signal });
  await first.answers('Address of the relay: ', `"${relay.url.replace('https://', '')}/admin/home.html"`);
  await first.sees(`Taken as ${relay.url}/ (https:// was added; /admin/home.html was cut off).`);
  await first.sees('The check relay.tls failed');
  await first.sees('name the file here');
  await first.answers(
    "Certificate file (PEM or DER) of the authority that issued the relay's certificate (Enter: try again",
    '/no/such/file.pem',
  );
  await first.sees('error[FILE_UNREADABLE]');
  await first.answers(
    "Certificate file (PEM or DER) of the authority that issued the relay's certificate",
    `'${relayCa}'`,
  );
  await first.answers('Enrollment code: ', 'A code');
  await first.sees('error[SETTING_INVALID]');
  await first.answers('Enrollment code: ', 'ABCD-EFGH-JKLM');
  await first.sees('error[ENROLLMENT_CODE_INVALID]');
  await first.sees('Ask the relay operator for a new code, and type it here');
  await first.answers('Enrollment code', `hallpass-agent setup --relay ${relay.url} --code ${await relay.code()}`);
  await first.sees('of Contoso Schools');
  t.equal(first.screen.split('Address of the relay').length - 1, 1, 'does not ask again for what was right');

  await first.answers('Address of PowerSchool: ', 'ftp://powerschool');
  await first.sees('error[SETTING_INVALID]');
  await first.answers('Address of PowerSchool: ', `${simulator.baseUrl}/admin/home.html`);
  await first.sees(`Taken as ${simulator.baseUrl}`);
  await first.sees('The check powerschool.tls failed');
  await first.answers(
    "Certificate file (PEM or DER) of the authority that issued PowerSchool's certificate",
    powerschoolCa,
  );
  await first.answers('Where to write the plugin [', zip);
  await first.sees('Data Provider Configuration');
  await first.sees('Client id: ');
  t.ok((await stat(`${zip.replace('.zip', '')}.md`)).isFile(), 'with a guide');
  stop.abort();
  t.match(await begun, {
    code: 75,
    err: /error\[SETUP_INTERRUPTED\].*"Client id and secret".*\n.*hallpass-agent setup/,
  });

  const { pluginId, clientId, clientSecret } = await install();
  simulator.plugins.disable(pluginId);
  const second = new Typist();
  const resumed = runCommand(home, ['setup'], { typist: second });
  await second.sees('Enrolled for Contoso Schools');
  await second.sees(`PowerSchool is at ${simulator.baseUrl}.`);
  await second.sees(`Written to ${zip}.`);
  await second.answers('Client id: ', clientId);
  await second.sees('Client secret (is not shown): ');
  t.ok(second.raw, 'nothing is echoed');
  second.types(`${clientSecret}x\u007f`);
  await second.sees('powerschool.token: ');
  await second.sees('Waiting, next look at');
  t.notOk(second.raw);
  simulator.plugins.enable(pluginId);
  second.types('');
  await second.sees('PowerSchool answers');
  await second.sees('checks passed');
  await second.sees('The agent works while this runs');
  t.match(await resumed, { code: 0, err: '' });
  t.notOk((first.screen + second.screen).includes(clientSecret));
  t.notMatch(`${first.screen}${second.screen.split('Setup is complete')[0]}`, /"hallpass-agent/, 'names no command');

  const state = await AgentState.open(home);
  t.equal(state.secret, clientSecret);
  t.equal((await stat(statePaths(home).secret)).mode & 0o777, 0o600);
  const again = await runCommand(home, ['setup']);
  t.match(again, { code: 0, out: /Client id and secret are stored\.[\s\S]*checks passed[\s\S]*Setup is complete/ });
  t.match(again.out, /Not installed\. The agent works while this runs: .* run\n|Only root can install/, 'said again');
  t.match(await runCommand(home, ['sync', '--once']), { code: 0, out: /Connected to the relay/ });
});

t.test('asks a revoked agent for a new code, and for nothing else', async (t) => {
  const { simulator, powerschoolCa, home, zip, install } = await open(t);
  const env: NodeJS.ProcessEnv = { HALLPASS_RELAY: relay.url, HALLPASS_RELAY_CA: relayCa };
  const ways = ['--powerschool-url', simulator.baseUrl, '--powerschool-ca', powerschoolCa, '--plugin-out', zip];
  env.HALLPASS_CODE = await relay.code();
  t.match(await runCommand(home, ['setup', ...ways], { env }), { code: 78, err: /client id/ });
  const { clientId, clientSecret } = await install();
  const credentials = ['--powerschool-client-id', clientId, '--powerschool-secret-stdin', '--no-service'];
  const done = await runCommand(home, ['setup', ...credentials], { env: {}, input: clientSecret });
  t.match(done, { code: 0, out: /Setup is complete/ });
  const before = (await AgentState.open(home)).identity?.agentId ?? '';

  await relay.revoke(before);
  const typist = new Typist();
  const again = runCommand(home, ['setup'], { typist });
  await typist.sees('relay.identity  ');
  await typist.sees('Ask the relay operator for a new code, and type it here');
  await typist.answers('Enrollment code (Enter: try again as it is, q: stop): ', await relay.code());
  await typist.sees('of Contoso Schools');
  await typist.sees('checks passed');
  t.match(await again, { code: 0 });
  t.notMatch(typist.screen, /Address of the relay|Client id:/);
  const after = (await AgentState.open(home)).identity?.agentId ?? '';
  t.not(after, before);

  await relay.revoke(after);
  t.match(await runCommand(home, ['setup']), { code: 78, err: /SETUP_CHECK_FAILED.*relay\.identity/ }, 'no code');
  const withCode = await runCommand(home, ['setup'], { env: { HALLPASS_CODE: await relay.code() } });
  t.match(withCode, { code: 0, out: /Setup is complete/ }, 'uses a prepared code');
});

t.test('does not pretend that an answer helps when none does', async (t) => {
  const { simulator, home } = await open(t);
  const typist = new Typist();
  const ended = runCommand(home, ['setup'], { typist });
  await typist.answers('Address of the relay: ', 'https://nosuch.invalid');
  await typist.sees('The check relay.dns failed');
  await typist.answers('Address of the relay [https://nosuch.invalid/] (Enter', '');
  await typist.answers('Address of the proxy for the relay (Enter', simulator.baseUrl.replace('https', 'http'));
  await typist.sees('The check relay.proxy failed');
  await typist.answers('Address of the relay [', '');
  await typist.answers('Address of the proxy for the relay [', 'q');
  t.match(await ended, { code: 75, err: /SETUP_INTERRUPTED/ });
});

t.test('without a person, names what is missing and remembers what is done', async (t) => {
  const { simulator, powerschoolCa, home, zip, install } = await open(t);
  const env: NodeJS.ProcessEnv = { HALLPASS_RELAY: relay.url, HALLPASS_RELAY_CA: relayCa };
  const options = ['--powerschool-url', simulator.baseUrl, '--powerschool-ca', powerschoolCa, '--plugin-out', zip];
  t.match(await runCommand(home, ['setup', ...options], { env }), {
    code: 78,
    err: /SETUP_ANSWER_MISSING.*enrollment code\.\n.*--code-file FILE, --code-stdin, or the variable HALLPASS_CODE/,
  });
  env.HALLPASS_CODE = await relay.code();
  t.match(await runCommand(home, ['setup', ...options], { env }), {
    code: 78,
    err: /client id.*\n.*--powerschool-client-id/,
  });
  const { pluginId, clientId, clientSecret } = await install();
  simulator.plugins.disable(pluginId);
  const more = ['--powerschool-client-id', clientId, '--powerschool-secret-stdin', '--no-service', '--wait', '0'];
  // The code was used: it is not needed again.
  const waiting = await runCommand(home, ['setup', ...options, ...more], { env, input: `${clientSecret}\n` });
  t.match(waiting, { code: 78, err: /SETUP_CHECK_FAILED.*powerschool\.token/ });
  simulator.plugins.enable(pluginId);
  const done = await runCommand(home, ['setup', '--no-service']);
  t.match(done, { code: 0, out: /Setup is complete/ });
  t.notOk([waiting, done].some(({ out, err }) => (out + err).includes(clientSecret)));

  const fromFiles = join(home, '..', 'secret');
  await writeFile(fromFiles, 'another\n');
  const restart = ['setup', '--restart', '--no-service', '--wait', '0', '--plugin-out', zip];
  const restarted = await runCommand(home, restart, { env: { HALLPASS_POWERSCHOOL_SECRET_FILE: fromFiles } });
  t.match(restarted, { code: 78, err: /SETUP_ANSWER_MISSING.*code/ }, 'everything is asked again');
  env.HALLPASS_CODE = await relay.code();
  const wrong = await runCommand(home, restart, { env: { ...env, HALLPASS_POWERSCHOOL_SECRET_FILE: fromFiles } });
  t.match(wrong, { code: 78, err: /powerschool\.token/ });
  t.equal((await AgentState.open(home)).secret, 'another');
});

t.test('refuses two secrets from one pipe, and an empty answer', async (t) => {
  const home = join(t.testdir({ empty: '' }), 'home');
  const both = await runCommand(home, ['setup', '--code-stdin', '--powerschool-secret-stdin'], { input: 'x' });
  t.match(both, { code: 78, err: /SETTING_INVALID.*standard input already/ });
  const empty = await runCommand(home, ['setup', '--code-file', join(home, '..', 'empty')]);
  t.match(empty, { code: 78, err: /SETTING_INVALID.*empty/ });
  const typist = new Typist();
  const ended = runCommand(home, ['setup'], { typist });
  await typist.answers('Address of the relay: ', '');
  await typist.sees('Address of the relay: ');
  typist.stdin.end();
  t.match(await ended, { code: 75, err: /SETUP_INTERRUPTED/ });
});

/** `script` gives a program a real terminal; its own input and output are pipes. */
function onTerminal(home: string, args: string[]) {
  const command = [process.execPath, agentScript, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `exec ${command}`, '/dev/null'], {
    env: { ...startVariables, HALLPASS_HOME: home, TERM: 'xterm' },
  });
  return { child, output: text(child.stdout) };
}

const noScript = spawn('script', ['--version'], { stdio: 'ignore' });
const [missing] = await Promise.race([
  once(noScript, 'error').then(() => [true]),
  once(noScript, 'exit').then(() => [false]),
]);

t.test(
  'on a real terminal, does not echo a secret, and Ctrl-C ends setup in good order',
  {
    skip: missing === true ? 'script (util-linux) is not installed' : false,
  },
  async (t) => {
    const home = join(t.testdir({}), 'home');
    const configured = onTerminal(home, ['configure', '--powerschool-secret-stdin']);
    let typed = false;
    configured.child.stdout.on('data', (chunk) => {
      if (typed || !String(chunk).includes('secret: ')) return;
      typed = true;
      configured.child.stdin.write('hush-hush-4711\r');
    });
    const [code] = await once(configured.child, 'close');
    t.equal(code, 0);
    const shown = await configured.output;
    t.match(shown, /Stored powerschool secret/);
    t.notMatch(shown, /hush/);
    t.equal((await AgentState.open(home)).secret, 'hush-hush-4711');

    const stopped = onTerminal(home, ['setup']);
    stopped.child.stdout.on('data', (chunk) => {
      if (String(chunk).includes('relay: ')) stopped.child.stdin.write('\u0003');
    });
    const [interrupted] = await once(stopped.child, 'close');
    t.equal(interrupted, 75);
    t.match(await stopped.output, /error\[SETUP_INTERRUPTED\]/);
  },
);
