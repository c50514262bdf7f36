/** The systemd unit of the agent, as text. Pure. */

import { basename, dirname } from 'node:path';
import { exitCodes } from '../../shared/terminal.ts';
import { serviceName } from '../model/service-name.ts';

export const unitName = `${serviceName}.service`;

/** The first line of every unit that this program writes: no other unit is ever replaced or removed. */
export const unitMark = '# Written by "hallpass-agent service install".';

/** Variables for the service, such as proxies; optional, read by systemd as root. */
export const environmentFile = '/etc/hallpass-agent.env';

/** Where systemd keeps the state of services: it creates the folder and gives it to the service's user. */
const stateRoot = '/var/lib';
export const managedFolder = `${stateRoot}/${serviceName}`;

export interface UnitOptions {
  /** The command that starts this program, before its arguments. Absolute paths. */
  invocation: readonly string[];
  /** An existing user; undefined for a user that exists only for this service. */
  user: string | undefined;
  folder: string;
  /** Folder of the log files if outside the state folder. */
  logFolder: string | undefined;
}

/** True when systemd can create the folder and hand it to the service's user. */
export function isManagedFolder(folder: string): boolean {
  return dirname(folder) === stateRoot;
}

/**
 * The unit.
 *
 * Left out on purpose: MemoryDenyWriteExecute, because V8 compiles to memory that it then executes; ProtectProc,
 * because the lock of the state folder must see whether the process that holds it is alive, whoever owns it.
 */
export function systemdUnit({ invocation, user, folder, logFolder }: UnitOptions): string {
  const state = isManagedFolder(folder)
    ? [`StateDirectory=${literal(basename(folder))}`, 'StateDirectoryMode=0700']
    : [`Environment=${quoted(`HALLPASS_HOME=${folder}`)}`, `ReadWritePaths=${quoted(folder)}`];
  const log = logFolder === undefined ? [] : [`ReadWritePaths=${quoted(`-${logFolder}`)}`];
  const [program = '', ...script] = invocation;
  const account = user === undefined ? 'DynamicUser=yes' : `User=${user}`;
  return `${unitMark}
# Changes of your own belong into a drop-in, which survives an update: systemctl edit ${serviceName}

[Unit]
Description=Hallpass agent: PowerSchool rosters for Microsoft 365
Wants=network-online.target
After=network-online.target
# It never gives up: a restart comes no sooner than the next look at PowerSchool would.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${[quoted(program), ...[...script, 'run'].map(argument)].join(' ')}
EnvironmentFile=-${environmentFile}
Restart=on-failure
RestartSec=60
# Wrong options and wrong settings do not pass by themselves.
RestartPreventExitStatus=${exitCodes.usage} ${exitCodes.configuration}
# A cycle under way gets three seconds to be acknowledged.
TimeoutStopSec=20

${account}
${state.join('\n')}
${[...log, 'UMask=0077'].join('\n')}

# 200 MB at the first sync of 60,000 students; pages of tables come on top.
MemoryHigh=450M
MemoryMax=600M
TasksMax=64
# A core dump would hold rosters and the secret.
LimitCORE=0

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# Netlink: how name resolution learns which addresses this computer has.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}

/** In arguments, systemd would read a dollar sign as the start of a variable. */
function argument(word: string): string {
  return quoted(word.replaceAll('$', '$$$$'));
}

/** A word quoted for systemd: quotes and backslashes escaped, percent signs doubled (systemd.syntax(7)). */
function quoted(word: string): string {
  const text = literal(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `"${text}"`;
}

function literal(word: string): string {
  return word.replaceAll('%', '%%');
}
