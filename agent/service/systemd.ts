/** The agent as a systemd service: install, remove, and query its status. */
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { fail } from '../../shared/errors.ts';
import { fileReason } from '../../shared/file-reason.ts';
import { exitCodes } from '../../shared/terminal.ts';
import { serviceName } from '../model/service-name.ts';
import type { Run } from '../system/run.ts';
import { unitMark, unitName } from './unit.ts';

export interface Systemd {
  run: Run;
  clock: Clock;
  /** Where the administrator's units are, /etc/systemd/system. */
  unitFolder: string;
}

/** How long a service that cannot work takes to report it. */
const settleMs = 3000;

/** True when systemd is the first process of this computer (sd_booted(3)). */
export async function isBooted(): Promise<boolean> {
  return access('/run/systemd/system').then(
    () => true,
    () => false,
  );
}

export interface ServiceStatus {
  installed: boolean;
  /** Started at boot. */
  enabled: boolean;
  /** systemd's state name: active, activating, inactive, failed … */
  state: string;
  pid: number | undefined;
  restarts: number;
  /** The exit code of the last process that ended (128 plus the signal when it was killed), and its meaning. */
  lastExit: { code: number; meaning: string } | undefined;
}

/**
 * Writes the unit, starts it, and enables it at boot. Replaces an existing unit of ours.
 *
 * @returns the status a few seconds later
 * @throws HallpassError SERVICE_FOREIGN, SERVICE_UNWRITABLE, SERVICE_COMMAND_FAILED
 */
export async function installUnit(systemd: Systemd, unit: string): Promise<ServiceStatus> {
  const file = join(systemd.unitFolder, unitName);
  await ours(file);
  await writeFile(file, unit, { mode: 0o644 }).catch((error: unknown) => {
    throw fail('SERVICE_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
  });
  await systemctl(systemd, 'daemon-reload');
  await systemctl(systemd, 'enable', unitName);
  await systemctl(systemd, 'restart', unitName);
  await systemd.clock.sleep(settleMs);
  return serviceStatus(systemd);
}

/** The steps of {@link installUnit} as commands for a person. */
export function installSteps(unitFolder: string): string[] {
  const file = join(unitFolder, unitName);
  return [`write ${file}`, 'systemctl daemon-reload', `systemctl enable ${unitName}`, `systemctl restart ${unitName}`];
}

/** The steps of {@link uninstallUnit} as commands for a person. */
export function uninstallSteps(unitFolder: string): string[] {
  return [`systemctl disable --now ${unitName}`, `remove ${join(unitFolder, unitName)}`, 'systemctl daemon-reload'];
}

/**
 * Stops the service and removes its unit; state and logs stay.
 *
 * @returns false when there was none
 * @throws HallpassError SERVICE_FOREIGN, SERVICE_UNWRITABLE, SERVICE_COMMAND_FAILED
 */
export async function uninstallUnit(systemd: Systemd): Promise<boolean> {
  const file = join(systemd.unitFolder, unitName);
  if (!(await ours(file))) return false;
  await systemctl(systemd, 'disable', '--now', unitName);
  await rm(file).catch((error: unknown) => {
    throw fail('SERVICE_UNWRITABLE', { file, reason: fileReason(error) }, { cause: error });
  });
  await systemctl(systemd, 'daemon-reload');
  return true;
}

/** @throws HallpassError SERVICE_COMMAND_FAILED */
export async function serviceStatus(systemd: Systemd): Promise<ServiceStatus> {
  const names = ['LoadState', 'UnitFileState', 'ActiveState', 'MainPID', 'NRestarts', 'ExecMainCode', 'ExecMainStatus'];
  const text = await systemctl(systemd, 'show', unitName, `--property=${names.join(',')}`);
  return readStatus(text);
}

/** Parses the output of `systemctl show`. */
export function readStatus(text: string): ServiceStatus {
  const facts = new Map(
    text.split('\n').map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name, value.join('=').trim()] as const;
    }),
  );
  const pid = Number(facts.get('MainPID') ?? 0);
  return {
    installed: facts.get('LoadState') === 'loaded',
    enabled: facts.get('UnitFileState') === 'enabled',
    state: facts.get('ActiveState') ?? 'unknown',
    pid: pid > 0 ? pid : undefined,
    restarts: Number(facts.get('NRestarts') ?? 0),
    lastExit: lastExit(Number(facts.get('ExecMainCode') ?? 0), Number(facts.get('ExecMainStatus') ?? 0)),
  };
}

/** @param how 0: none has ended yet; CLD_EXITED (1): the status is an exit code; else it is a signal (waitid(2)) */
function lastExit(how: number, status: number): ServiceStatus['lastExit'] {
  if (how === 0) return undefined;
  if (how === 1) return { code: status, meaning: meaningOf(status) };
  return { code: 128 + status, meaning: `killed by signal ${status}` };
}

function meaningOf(code: number): string {
  // systemd.exec(5): failures between fork and the program's first instruction.
  if (code >= 200 && code <= 243) return 'systemd could not start it: see "systemctl status"';
  const meanings: Record<number, string> = {
    [exitCodes.ok]: 'stopped as asked',
    [exitCodes.usage]: 'wrong options; not started again',
    [exitCodes.bug]: 'a bug: please report it',
    [exitCodes.temporary]: 'temporary',
    [exitCodes.configuration]: 'somebody must change something first; not started again',
  };
  return meanings[code] ?? 'not an exit code of the agent';
}

/** False when there is no unit. @throws HallpassError SERVICE_FOREIGN when another program wrote it */
async function ours(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined && !text.startsWith(unitMark)) throw fail('SERVICE_FOREIGN', { file });
  return text !== undefined;
}

async function systemctl({ run }: Systemd, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('systemctl', args);
  if (code === 0) return stdout;
  const reason = stderr.trim().split('\n')[0] || `exit code ${code}`;
  throw fail('SERVICE_COMMAND_FAILED', { command: `systemctl ${args.join(' ')}`, reason, service: serviceName });
}
