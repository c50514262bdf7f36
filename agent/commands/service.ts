/** `hallpass-agent service`: the agent as a service of this computer. */
import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { systemClock } from '../../shared/clock.ts';
import { fail, type HallpassError } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { makeFolders } from '../../shared/make-folder.ts';
import { logPath } from '../log/log-file.ts';
import { serviceName } from '../model/service-name.ts';
import { type Account, needReadyState, needSuitableFiles } from '../service/ready.ts';
import {
  installSteps,
  installUnit,
  isBooted,
  type ServiceStatus,
  type Systemd,
  serviceStatus,
  uninstallSteps,
  uninstallUnit,
} from '../service/systemd.ts';
import { systemdUnit } from '../service/unit.ts';
import { windowsDefaults, windowsScripts } from '../service/windows.ts';
import { AgentState } from '../state/agent-state.ts';
import { lockHolder } from '../state/lock.ts';
import { systemRun } from '../system/run.ts';
import type { Context } from '../terminal/context.ts';

export interface InstallOptions {
  dryRun?: true;
  user?: string;
  platform?: string;
  out?: string;
}

const unitFolder = '/etc/systemd/system';

/**
 * @throws HallpassError the SERVICE_ codes, STATE_IN_USE, STATE_UNREADABLE
 */
export async function installService(context: Context, options: InstallOptions): Promise<void> {
  if ((options.platform ?? context.platform) === 'win32') return writeWindowsScripts(context, options);
  const { folder, invocation, stdout } = context;
  const state = await AgentState.open(folder);
  const account = await accountOf(context, options.user);
  const logFolder = dirname(logPath(state.settings.log, folder));
  const isElsewhere = relative(folder, logFolder).startsWith('..');
  const unit = systemdUnit({ invocation, user: account.user, folder, logFolder: isElsewhere ? logFolder : undefined });
  if (options.dryRun === true) {
    stdout.write(`${unit}\n${installSteps(unitFolder).map(asComment).join('')}`);
    return;
  }

  await needSystemd(context, 'install');
  await needReadyState(state, account);
  await needSuitableFiles(invocation, state, account);
  const systemd = systemdOf(context);
  const pid = await lockHolder(state.paths.lock);
  if (pid !== undefined && (await serviceStatus(systemd)).pid !== pid)
    throw fail('STATE_IN_USE', { pid, folder, service: '' });
  const status = await installUnit(systemd, unit);
  needRunning(status, logFolder);
  stdout.write(
    `Installed and started ${serviceName}, process ${status.pid}. It starts with this computer.\n` +
      `Check on it with "hallpass-agent service status", "journalctl -u ${serviceName}" and the log files in ${logFolder}.\n`,
  );
  const hint = proxyHint(context, state);
  if (hint !== undefined) stdout.write(hint);
}

/** @throws HallpassError the SERVICE_ codes */
export async function uninstallService(context: Context, { dryRun }: { dryRun?: true }): Promise<void> {
  const { stdout, folder } = context;
  if (dryRun === true) {
    stdout.write(uninstallSteps(unitFolder).map(asComment).join(''));
    return;
  }
  await needSystemd(context, 'uninstall');
  const removed = await uninstallUnit(systemdOf(context));
  stdout.write(
    removed
      ? `Removed ${serviceName}. State and logs stay in ${folder}.\n` +
          'To remove them too, delete that folder, and ask the relay operator to revoke this agent.\n'
      : `There is no service ${serviceName}.\n`,
  );
}

/** @throws HallpassError SERVICE_NOT_RUNNING, SERVICE_UNSUPPORTED, SERVICE_COMMAND_FAILED */
export async function showService(context: Context, { json }: { json?: true }): Promise<void> {
  const { stdout, folder } = context;
  if (!(await hasSystemd(context))) throw unsupported(context);
  const status = await serviceStatus(systemdOf(context));
  const { installed, enabled, state, pid, restarts, lastExit } = status;
  const lines = {
    Service: installed
      ? `${serviceName}, ${enabled ? 'starts with this computer' : 'does not start automatically'}`
      : 'none',
    State: pid === undefined ? state : `${state}, process ${pid}`,
    Restarts: `${restarts}`,
    'Last exit': lastExit === undefined ? 'none' : `${lastExit.code}: ${lastExit.meaning}`,
  };
  if (json === true) stdout.write(`${JSON.stringify(status)}\n`);
  else for (const [name, value] of Object.entries(lines)) stdout.write(`${name.padEnd(11)}${value}\n`);
  const settings = await AgentState.open(folder).then(({ settings }) => settings);
  needRunning(status, dirname(logPath(settings.log, folder)));
}

async function writeWindowsScripts(context: Context, { out, dryRun }: InstallOptions): Promise<void> {
  const { platform, invocation, folder, stdout } = context;
  const scripts = windowsScripts(platform === 'win32' ? { invocation, folder } : windowsDefaults);
  const target = resolve(out ?? join(folder, 'service'));
  for (const { name, content } of scripts) {
    const file = join(target, name);
    if (dryRun === true) stdout.write(`# ${file}\n${content}\n`);
    else {
      await makeFolders(target, 0o755)
        .then(() => writeFile(file, content))
        .catch((error: unknown) => {
          throw fail('SERVICE_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
        });
      stdout.write(`Wrote ${file}\n`);
    }
  }
  if (dryRun === true) return;
  stdout.write(
    'Read install-service.ps1, then run it in PowerShell as administrator. It needs shawl.exe, which it names when it is\n' +
      'missing. uninstall-service.ps1 removes the service.\n',
  );
}

function systemdOf({ env }: Context): Systemd {
  return { run: systemRun(env), clock: systemClock, unitFolder };
}

async function hasSystemd({ platform }: Context): Promise<boolean> {
  return platform === 'linux' && (await isBooted());
}

async function needSystemd(context: Context, what: 'install' | 'uninstall'): Promise<void> {
  if (!(await hasSystemd(context))) throw unsupported(context);
  const command = [...context.invocation, 'service', what].join(' ');
  if (context.uid !== 0) throw fail('SERVICE_NEEDS_ROOT', { what, command });
}

function unsupported({ invocation, platform }: Context): HallpassError {
  const reasons: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'systemd is not running',
    win32: 'on Windows, services.msc shows the service, and the scripts of "service install" create and remove it',
  };
  const reason = reasons[platform] ?? `the system is ${platform}`;
  return fail('SERVICE_UNSUPPORTED', { reason, command: [...invocation, 'run'].join(' ') });
}

async function accountOf({ env }: Context, user: string | undefined): Promise<Account> {
  if (user === undefined) return { user, uid: undefined };
  const { code, stdout } = await systemRun(env)('id', ['-u', '--', user]);
  if (code !== 0) throw fail('SERVICE_USER_UNKNOWN', { user });
  return { user, uid: Number(stdout.trim()) };
}

function needRunning({ installed, state, pid, lastExit }: ServiceStatus, logFolder: string): void {
  if (state === 'active' && pid !== undefined) return;
  if (!installed) {
    const next = 'Run "hallpass-agent service install" as root.';
    throw fail('SERVICE_NOT_RUNNING', { state: 'not installed', detail: '', next });
  }
  const detail = lastExit === undefined ? '' : `; it ended with exit code ${lastExit.code} (${lastExit.meaning})`;
  const reason = `The reason is at the end of the log in ${logFolder}.`;
  if (state === 'activating') {
    const next = `${reason} systemd starts it again within a minute.`;
    throw fail('SERVICE_NOT_RUNNING', { state: 'down', detail, next });
  }
  const next = `${reason} When that is fixed, run "systemctl restart ${serviceName}" as root.`;
  throw fail('SERVICE_NOT_RUNNING', { state, detail, next });
}

/** A proxy variable in this shell would not reach the service. Its value may contain a password, so it is not shown. */
function proxyHint({ env }: Context, { settings }: AgentState): string | undefined {
  const name = ['https_proxy', 'HTTPS_PROXY'].find((variable) => env[variable]);
  if (name === undefined || settings.proxy.url !== undefined) return undefined;
  return `${name} is set in this shell, but a service does not see it: store the proxy with "hallpass-agent configure --proxy URL".\n`;
}

function asComment(line: string): string {
  return `# ${line}\n`;
}
