/**
 * The unit, as systemd itself sees it; the installation, with a systemctl that records its calls; the scripts for
 * Windows.
 */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { changeSettings } from '../settings/settings.ts';
import { AgentState } from '../state/agent-state.ts';
import { systemRun } from '../system/run.ts';
import { runCommand } from '../testing/command.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { newPrivateKey } from '../uplink/identity.ts';
import { needReadyState } from './ready.ts';
import { unsuitable } from './suitable.ts';
import { installUnit, readStatus, serviceStatus, uninstallUnit } from './systemd.ts';
import { systemdUnit, type UnitOptions } from './unit.ts';
import { windowsDefaults, windowsScripts } from './windows.ts';

const options: UnitOptions = {
  invocation: [process.execPath],
  user: undefined,
  folder: '/var/lib/hallpass-agent',
  logFolder: undefined,
};

const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });
const noAnalyze = analyze('--version').status === 0 ? false : 'systemd-analyze is not installed';

t.test('systemd accepts every variant of the unit, and rates it well protected', { skip: noAnalyze }, async (t) => {
  const odd = join(t.testdir({}), '100 % $HOME');
  await mkdir(odd);
  const program = join(odd, 'hallpass-agent');
  await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
  const variants: Record<string, UnitOptions> = {
    usual: options,
    'own user': { ...options, user: 'daemon' },
    'odd paths': { invocation: [program, `${odd}/it's "main".mjs`], user: 'daemon', folder: odd, logFolder: odd },
  };
  for (const [name, variant] of Object.entries(variants)) {
    const file = join(odd, '..', 'hallpass-agent.service');
    await writeFile(file, systemdUnit(variant));
    const verified = analyze('verify', '--man=no', file);
    t.match(verified, { status: 0, stderr: '' }, `${name}: ${verified.stderr}`);
    const judged = analyze('security', '--offline=true', '--no-pager', '--threshold=20', file);
    t.equal(judged.status, 0, `${name}: exposure of at most 2.0 of 10`);
  }
});

t.test('the unit sets user, state, restarts and secrets', async (t) => {
  const usual = systemdUnit(options);
  t.match(usual, /^DynamicUser=yes\nStateDirectory=hallpass-agent\nStateDirectoryMode=0700$/m);
  t.match(usual, /^RestartPreventExitStatus=64 78$/m);
  t.match(usual, /^StartLimitIntervalSec=0$/m);
  t.match(usual, /^LimitCORE=0$/m);
  t.notMatch(usual, /MemoryDenyWriteExecute=/, 'it would keep V8 from running');
  const own = systemdUnit({ ...options, user: 'hallpass', folder: '/srv/hall pass', logFolder: '/var/log/100%' });
  t.match(own, /^User=hallpass\nEnvironment="HALLPASS_HOME=\/srv\/hall pass"\nReadWritePaths="\/srv\/hall pass"$/m);
  t.match(own, /^ReadWritePaths=-\/var\/log\/100%%$/m);
  t.notMatch(own, /DynamicUser|StateDirectory/);
});

async function withDiary(t: Test, show = '') {
  const folder = t.testdir({ bin: {}, units: {}, show, diary: '' });
  const script = `#!/bin/sh
echo "$*" >> ${folder}/diary
case "$1" in show) cat ${folder}/show;; esac
if [ "$1" = "$(cat ${folder}/refuse 2>/dev/null)" ]; then echo "Failed: Access denied" >&2; exit 4; fi
`;
  await writeFile(join(folder, 'bin', 'systemctl'), script, { mode: 0o755 });
  const run = systemRun({ PATH: `${folder}/bin:${process.env.PATH}` });
  const systemd = { run, clock: new ManualClock(), unitFolder: join(folder, 'units') };
  const file = join(folder, 'units', 'hallpass-agent.service');
  const diary = async () => {
    const lines = (await readFile(join(folder, 'diary'), 'utf8')).trim().split('\n');
    await writeFile(join(folder, 'diary'), '');
    return lines.map((line) => line.replace(/ --property=.*/, ''));
  };
  return { folder, systemd, file, diary };
}

const running = `LoadState=loaded
UnitFileState=enabled
ActiveState=active
MainPID=4711
NRestarts=2
ExecMainCode=0
ExecMainStatus=0
`;

t.test('installs, replaces, queries and removes the unit step by step', async (t) => {
  const { systemd, file, diary } = await withDiary(t, running);
  const steps = ['daemon-reload', 'enable hallpass-agent.service', 'restart hallpass-agent.service'];
  t.match(await installUnit(systemd, systemdUnit(options)), {
    installed: true,
    state: 'active',
    pid: 4711,
    restarts: 2,
  });
  t.same(await diary(), [...steps, 'show hallpass-agent.service']);
  t.equal((await stat(file)).mode & 0o777, 0o644);

  await installUnit(systemd, systemdUnit({ ...options, user: 'daemon' }));
  t.match(await readFile(file, 'utf8'), /^User=daemon$/m);
  await diary();
  t.equal(await uninstallUnit(systemd), true);
  t.same(await diary(), ['disable --now hallpass-agent.service', 'daemon-reload']);
  await t.rejects(stat(file));
  t.equal(await uninstallUnit(systemd), false, 'nothing to remove is no error');
});

t.test("leaves another program's unit alone, and reports a refusal by systemd", async (t) => {
  const { folder, systemd, file } = await withDiary(t);
  await writeFile(file, '[Service]\nExecStart=/bin/true\n');
  await t.rejects(installUnit(systemd, systemdUnit(options)), { code: 'SERVICE_FOREIGN' });
  await t.rejects(uninstallUnit(systemd), { code: 'SERVICE_FOREIGN' });
  t.match(await readFile(file, 'utf8'), /bin\/true/);
  await rm(file);
  await writeFile(join(folder, 'refuse'), 'enable');
  await t.rejects(installUnit(systemd, systemdUnit(options)), {
    code: 'SERVICE_COMMAND_FAILED',
    message: /systemctl enable.*Access denied/,
  });
  await t.rejects(serviceStatus({ ...systemd, run: systemRun({ PATH: folder }) }), { message: /ENOENT/ });
  await t.rejects(installUnit({ ...systemd, unitFolder: join(folder, 'no') }, ''), { code: 'SERVICE_UNWRITABLE' });
});

t.test('explains the last exit code in words', async (t) => {
  const ended =
    'LoadState=loaded\nUnitFileState=disabled\nActiveState=failed\nMainPID=0\nExecMainCode=1\nExecMainStatus=78\n';
  t.strictSame(readStatus(ended), {
    installed: true,
    enabled: false,
    state: 'failed',
    pid: undefined,
    restarts: 0,
    lastExit: { code: 78, meaning: 'somebody must change something first; not started again' },
  });
  const killed = readStatus('ActiveState=activating\nMainPID=0\nExecMainCode=2\nExecMainStatus=9\n');
  t.match(killed.lastExit, { code: 137, meaning: 'killed by signal 9' });
  t.match(readStatus('ExecMainCode=1\nExecMainStatus=226').lastExit, { meaning: /systemd could not start it/ });
  t.match(readStatus('LoadState=not-found\nActiveState=inactive\n'), { installed: false, lastExit: undefined });
});

t.test('refuses a program or file that the service cannot or must not use', async (t) => {
  const folder = t.testdir({ 'agent.mjs': '', 'ca.pem': '' });
  const base = join(folder, 'agent.mjs');
  t.equal(await unsuitable('/bin/sh', 'program', undefined), undefined);
  t.match(await unsuitable('/home/admin/hallpass-agent', 'program', undefined), { message: /does not see \/home\./ });
  t.match(await unsuitable('/tmp/x', 'data', undefined), { message: /does not see \/tmp\./ });
  t.match(await unsuitable('/opt/a"b', 'program', undefined), { message: /quotes/ });
  t.match(await unsuitable('/bin/no-such-file', 'program', undefined), { message: /there is no such file/ });

  // Works wherever, and as whichever user, these tests run.
  const uid = process.getuid?.();
  const check = (path: string, kind: 'script' | 'data', user = uid) => unsuitable(path, kind, user, []);
  t.equal(await check(base, 'script'), undefined);
  await chmod(base, 0o666);
  t.match(await check(base, 'script'), { code: 'SERVICE_FILE_UNSUITABLE', message: /everybody may change/ });
  await chmod(base, 0o600);
  t.equal(await check(base, 'script'), undefined, 'its own');
  t.match(await check(base, 'script', 4711), { message: /closed to the user of the service/ });
  await chmod(folder, 0o700);
  t.match(await check(join(folder, 'ca.pem'), 'data', 4711), { message: /closed/ });
});

t.test('writes scripts for Windows: quoted, with the exit codes, the account and the permissions', async (t) => {
  const folder = "C:\\Data\\O'Neil’s $x";
  const [install, uninstall] = windowsScripts({ ...windowsDefaults, folder }).map(({ content }) => content);
  t.match(install, /\$StateFolder = 'C:\\Data\\O''Neil’’s \$x'\r\n/);
  t.match(install, /'--restart-if-not', '0,64,78', '--restart-delay', '60000'/);
  t.match(install, /shawl\.exe 1\.8 or newer/);
  t.match(install, /'--', \$Program, 'run'\r\n/);
  t.match(install, /'obj=', \$account/);
  t.match(install, /'\/inheritance:r', '\/grant:r', "\$\{system\}:\(OI\)\(CI\)F"/);
  t.match(install, /'powerschool-secret', 'proxy-credentials'[\s\S]*"\$\{account\}:R"/);
  t.match(uninstall, /sc\.exe delete \$name/);
  for (const script of [install ?? '', uninstall ?? '']) {
    t.ok(script.startsWith('\uFEFF'), 'UTF-8 for PowerShell 5');
    t.notMatch(script, /[^\r]\n/, 'lines of Windows');
    t.equal(script.split('{').length, script.split('}').length, 'every brace is closed');
    t.notMatch(script, /undefined|\[object/);
  }
});

t.test('refuses a state folder that a service could not use, with the next step', async (t) => {
  const folder = t.testdir({});
  const state = await AgentState.open(folder);
  const account = { user: undefined, uid: undefined };
  const refused = (reason: RegExp) => ({ code: 'SERVICE_STATE_UNREADY', message: reason });
  await t.rejects(needReadyState(state, account), refused(/PowerSchool is not configured/));
  await state.saveSettings(
    changeSettings(state.settings, { 'powerschool.url': 'https://sis.example', 'powerschool.clientId': 'x' }),
  );
  await state.saveSecret('secret');
  await t.rejects(needReadyState(state, account), refused(/not enrolled/));
  const agentId = '5e5e0d3f-4d4f-4ad0-8f3c-6f1f5d2c1a11';
  const privateKey = await newPrivateKey();
  await state.saveIdentity({ agentId, tenantId: agentId, tenantName: 'x', relay: 'https://relay.example', privateKey });
  await t.rejects(needReadyState(state, account), refused(/systemd can give it to a user|does not see/));
});

t.test('lets anyone do a dry run, and requires root and systemd for the rest', async (t) => {
  const home = t.testdir({});
  const install = (...args: string[]) => runCommand(home, ['service', 'install', ...args], { env: process.env });
  t.match(await install('--dry-run'), {
    code: 0,
    out: /ExecStart=.* run\n[\s\S]*# systemctl enable hallpass-agent\.service/,
  });
  t.match(await install('--dry-run', '--user', 'no-such-user'), { code: 78, err: /SERVICE_USER_UNKNOWN/ });
  t.match(await install(), { code: 78, err: /SERVICE_(UNSUPPORTED|NEEDS_ROOT)/ });
  t.match(await runCommand(home, ['service', 'uninstall', '--dry-run']), { code: 0, out: /# remove \/etc\/systemd/ });
  const out = join(home, 'windows');
  t.match(await install('--platform', 'win32', '--out', out), { code: 0, out: /PowerShell as administrator/ });
  t.match(await readFile(join(out, 'install-service.ps1'), 'utf8'), /RunAsAdministrator/);
  t.match(await runCommand(home, ['service', 'install', '--out', join(out, 'own')], { platform: 'win32' }), {
    code: 0,
  });
  t.ok(
    (await readFile(join(out, 'own', 'install-service.ps1'), 'utf8')).includes(`$StateFolder = '${home}'`),
    'its own',
  );
  t.match(await runCommand(home, ['service', 'install'], { platform: 'darwin' }), {
    code: 78,
    err: /SERVICE_UNSUPPORTED/,
  });
});
