/**
 * The agent as a Windows service, as PowerShell scripts for an administrator. Pure. Nothing here has been run on
 * Windows.
 *
 * A Windows service must speak the service manager's protocol, which a Node program does not. Shawl
 * (https://github.com/mtkennerly/shawl) does it instead. It was chosen because it can tell exit codes apart: a service
 * that is not configured must not be restarted over and over, which Windows' recovery actions cannot express.
 */
import { exitCodes } from '../../shared/terminal.ts';
import { serviceName } from '../model/service-name.ts';

export interface WindowsOptions {
  /** The command that starts this program, before its arguments. */
  invocation: readonly string[];
  folder: string;
}

/** For scripts written on another system, when the target Windows is not known. */
export const windowsDefaults: WindowsOptions = {
  invocation: ['C:\\Program Files\\Hallpass\\hallpass-agent.exe'],
  folder: 'C:\\ProgramData\\Hallpass\\Agent',
};

export interface Script {
  name: string;
  content: string;
}

const shawl = 'C:\\Program Files\\Hallpass\\shawl.exe';

/** With Windows line ends, and a byte order mark that tells PowerShell 5 that the text is UTF-8. */
export function windowsScripts(options: WindowsOptions): Script[] {
  const file = (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`;
  return [
    { name: 'install-service.ps1', content: file(installScript(options)) },
    { name: 'uninstall-service.ps1', content: file(uninstallScript(options)) },
  ];
}

function installScript({ invocation, folder }: WindowsOptions): string {
  const [program = '', ...script] = invocation;
  return `# Installs the Hallpass agent as a Windows service with an account of its own. Written by "hallpass-agent service install".
# It needs shawl.exe 1.8 or newer: https://github.com/mtkennerly/shawl/releases
#Requires -Version 5.1
#Requires -RunAsAdministrator
param(
  [string] $Program = ${text(program)},
  [string] $Shawl = ${text(shawl)},
  [string] $StateFolder = ${text(folder)}
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$name = '${serviceName}'
$account = "NT SERVICE\\$name"
# By their SIDs, because their names are translated: the system itself, and the group of administrators.
$system = '*S-1-5-18'
$administrators = '*S-1-5-32-544'

function Invoke-Program([string] $file, [string[]] $arguments) {
  & $file @arguments
  if ($LASTEXITCODE -ne 0) { throw "$file $($arguments -join ' ') ended with exit code $LASTEXITCODE." }
}

foreach ($file in @($Program, $Shawl)) {
  if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { throw "$file is not there. Give its place with -Program or -Shawl." }
  if ($file -like "$env:SystemDrive\\Users\\*") { throw "$file is in somebody's own folder. Put it into Program Files, where users cannot change it." }
}
if (Get-Service -Name $name -ErrorAction SilentlyContinue) { throw "The service $name is there already. Run uninstall-service.ps1 first: state and logs stay." }
$null = New-Item -ItemType Directory -Force -Path $StateFolder

# ${exitCodes.usage} and ${exitCodes.configuration}: somebody must change something first, so starting again would not help.
Invoke-Program $Shawl @(
  'add', '--name', $name,
  '--restart-if-not', '${exitCodes.ok},${exitCodes.usage},${exitCodes.configuration}', '--restart-delay', '60000', '--stop-timeout', '15000',
  '--env', "HALLPASS_HOME=$StateFolder", '--log-dir', "$StateFolder\\logs", '--log-as', 'service', '--no-log-cmd',
  '--', $Program, ${[...script, 'run'].map(text).join(', ')}
)
# A virtual account: no password, no rights but its own, gone with the service.
Invoke-Program 'sc.exe' @('config', $name, 'start=', 'delayed-auto', 'obj=', $account)
Invoke-Program 'sc.exe' @('description', $name, 'Sends changes of PowerSchool rosters to the Hallpass relay. Makes only outbound connections.')
# Should the wrapper itself crash.
Invoke-Program 'sc.exe' @('failure', $name, 'reset=', '86400', 'actions=', 'restart/60000/restart/60000/restart/300000')

# Users may read ProgramData: the state folder is taken away from them, with everything in it.
Invoke-Program 'icacls.exe' @($StateFolder, '/inheritance:r', '/grant:r', "\${system}:(OI)(CI)F", "\${administrators}:(OI)(CI)F", "\${account}:(OI)(CI)M", '/Q')
if (Get-ChildItem -LiteralPath $StateFolder -Force) { Invoke-Program 'icacls.exe' @("$StateFolder\\*", '/reset', '/T', '/Q') }
# The service only reads the client secret and the proxy's password.
foreach ($secret in @('powerschool-secret', 'proxy-credentials')) {
  $file = Join-Path $StateFolder $secret
  if (Test-Path -LiteralPath $file) {
    Invoke-Program 'icacls.exe' @($file, '/inheritance:r', '/grant:r', "\${system}:F", "\${administrators}:F", "\${account}:R", '/Q')
  }
}

Start-Service -Name $name
Start-Sleep -Seconds 5
Get-Service -Name $name | Format-List -Property Name, Status, StartType
Write-Host "Logs are in $StateFolder\\logs. The local page is http://127.0.0.1:8650."
`;
}

function uninstallScript({ folder }: WindowsOptions): string {
  return `# Removes the service of the Hallpass agent. Written by "hallpass-agent service install".
# State and logs stay, unless -RemoveState is given; the relay operator should revoke the agent then.
#Requires -Version 5.1
#Requires -RunAsAdministrator
param(
  [string] $StateFolder = ${text(folder)},
  [switch] $RemoveState
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$name = '${serviceName}'

if (Get-Service -Name $name -ErrorAction SilentlyContinue) {
  Stop-Service -Name $name
  & sc.exe delete $name
  if ($LASTEXITCODE -ne 0) { throw "sc.exe delete $name ended with exit code $LASTEXITCODE." }
} else {
  Write-Host "There is no service $name."
}
if ($RemoveState) { Remove-Item -LiteralPath $StateFolder -Recurse -Force }
else { Write-Host "State and logs stay in $StateFolder." }
`;
}

/** A PowerShell string in which nothing is replaced. */
function text(value: string): string {
  // In PowerShell, curly quotes end a string as straight ones do.
  return `'${value.replace(/['\u2018\u2019\u201A\u201B]/g, '$&$&')}'`;
}
