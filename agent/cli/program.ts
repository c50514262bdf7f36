/** The command line of the agent: options, help, and exit codes. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { furtherProperties } from '../../plugin/extracts/optional-columns.ts';
import { variants } from '../../plugin/manifest.ts';
import { meantWords, filePath as path, refuseWords } from '../../shared/command-words.ts';
import { optionError } from '../../shared/option-error.ts';
import { printableOutput } from '../../shared/printable.ts';
import { type Kind, kinds } from '../../shared/roster.ts';
import { exitCodes, reportError } from '../../shared/terminal.ts';
import { hallpassVersion } from '../../shared/version.ts';
import type { ConfigureOptions } from '../commands/configure.ts';
import type { EnrollOptions } from '../commands/enroll.ts';
import type { PluginOptions } from '../commands/plugin.ts';
import type { InstallOptions } from '../commands/service.ts';
import type { SupportOptions } from '../commands/support.ts';
import type { WorkOptions } from '../commands/work.ts';
import type { SetupOptions } from '../setup/command.ts';
import { addAnswerOptions } from '../setup/questions.ts';
import type { Context } from '../terminal/context.ts';
import { integer } from './arguments.ts';
import { addConfigureOptions } from './configure-options.ts';

const exitCodeHelp = `
Exit codes:
  ${exitCodes.ok}   done
  ${exitCodes.usage}  wrong options
  ${exitCodes.bug}  a bug: please report it
  ${exitCodes.temporary}  temporary: try again
  ${exitCodes.configuration}  somebody must change something first; see the message`;

/**
 * Runs one command.
 *
 * @param args without program and script
 * @returns the exit code, see shared/terminal.ts
 */
export async function runCli(args: readonly string[], surroundings: Context): Promise<number> {
  // Done here so that no command can forget it: names of schools and districts and a proxy's messages come from
  // outside.
  const { stdout, stderr } = surroundings;
  const context = { ...surroundings, stdout: printableOutput(stdout), stderr: printableOutput(stderr) };
  let exitCode: number = exitCodes.ok;
  const command = program(context, (code) => {
    exitCode = code;
  });
  const words = meantWords(command, args);
  try {
    refuseWords(command, words);
    await command.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, context.stderr);
    if (error.exitCode === 0) return exitCodes.ok;
    // Without a command, or with "service" alone, the help has already been shown.
    if (error.code !== 'commander.help') reportError(optionError(error, command, words), context.stderr);
    return exitCodes.usage;
  }
}

/**
 * Commands are loaded when called: loading what `run` needs would double the start time of every other command.
 *
 * @param exitWith sets the exit code of a command that ran to its end
 */
function program(context: Context, exitWith: (code: number) => void): Command {
  const agent = new Command('hallpass-agent')
    .description(
      'Reads rosters from PowerSchool and sends changes to a Hallpass relay. It makes only outbound connections.',
    )
    .version(hallpassVersion)
    .helpCommand('help [command]', 'show the help of a command')
    // Makes "plugin --version 1.2" set the plugin's version instead of printing the program's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      // Errors are reported where they are caught, like all others.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      `
The state folder is ${context.folder} (HALLPASS_HOME overrides it); nothing is written outside it.
${exitCodeHelp}`,
    );
  const command = (name: string, description: string, example: string) =>
    agent.command(name).description(description).addHelpText('after', `\nExample:\n  ${example}\n${exitCodeHelp}`);

  addAnswerOptions(
    command(
      'setup',
      'guided first run: ask for settings, write the plugin, wait for it, install the service',
      `hallpass-agent setup
  HALLPASS_CODE=ABCD-EFGH-JKLM hallpass-agent setup --relay https://relay.example.com \\
    --powerschool-url https://powerschool.example.org --non-interactive`,
    ),
  )
    .option('--no-service', 'do not install the service')
    .option('--wait <minutes>', 'how long to wait for the plugin without a person', integer, 10)
    .option('--non-interactive', 'never ask, even on a terminal: a missing answer is an error')
    .option('--restart', 'start over: ask every question again, with the stored answer as the default')
    .action(async (options: SetupOptions) => (await import('../setup/command.ts')).setup(context, options));

  const plugin = command(
    'plugin',
    'write the plugin ZIP to install in PowerSchool, or explain what access it requests',
    `hallpass-agent plugin --out hallpass-plugin.zip
  hallpass-agent plugin --out new.zip --previous old.zip --student-email column:U_STUDENTSUSERFIELDS.EMAIL
  hallpass-agent plugin --explain --previous old.zip`,
  )
    .option('--out <file>', 'where to write the ZIP, with a guide for the administrator beside it', path)
    .option('--guide <file>', 'where to write the guide (default: the name of the ZIP with .md)', path)
    .addOption(
      new Option('--variant <variant>', 'powerquery: single columns; rest: /ws/v1; rest-legacy: /ws/v1 before 25.2')
        .choices(variants)
        .default('powerquery'),
    )
    .option('--student-email <source>', "students' email addresses: person (default), contact or column:TABLE.FIELD")
    .option('--teacher-username <source>', 'login (default), email, number or column:TABLE.FIELD')
    .option(
      '--pre-registered',
      'also read pre-registered students (Enroll_Status -1); sent only for profiles that want them',
    )
    .addOption(
      new Option(
        '--also <property...>',
        'also read these properties of people; sent only for profiles that want them',
      ).choices(furtherProperties),
    )
    .option('--version <version>', `digits and dots; each update needs a higher one (default: ${hallpassVersion})`)
    .option('--previous <file>', 'an earlier plugin to compare with; the new one must have a higher version', path)
    .option('--explain', 'list every requested table and column, and why')
    .addOption(new Option('--json', 'print the explanation as JSON').implies({ explain: true }))
    .action(async (options: PluginOptions) => {
      if (options.out === undefined && options.explain === undefined) {
        plugin.error("option '--out <file>' or '--explain' must be given");
      }
      // Only this command needs the archiver in memory.
      const { writePlugin } = await import('../commands/plugin.ts');
      await writePlugin(context, options);
    });

  addConfigureOptions(
    command(
      'configure',
      'store settings; those that you do not name stay as they are',
      `hallpass-agent configure --powerschool-url https://powerschool.example.org \\
      --powerschool-client-id 8c3e… --powerschool-secret-file /run/secrets/powerschool`,
    ),
  ).action(async (options: ConfigureOptions) => (await import('../commands/configure.ts')).configure(context, options));

  command(
    'enroll',
    'register this computer with a relay; asks for the code if you give none',
    'hallpass-agent enroll --relay https://relay.example.com --code ABCD-EFGH-JKLM',
  )
    .option('--relay <url>', 'address of the relay')
    .option(
      '--relay-ca <file>',
      "certificate file (PEM or DER) of the authority that issued the relay's certificate",
      path,
    )
    .addOption(new Option('--code <code>', 'one-time code from the relay').conflicts(['codeFile', 'codeStdin']))
    .addOption(
      new Option('--code-file <file>', 'read the code from this file').argParser(path).conflicts(['codeStdin']),
    )
    .option('--code-stdin', 'read the code from standard input')
    .option('--name <name>', "name by which the relay's operator knows this agent (default: the host name)")
    .action(async (options: EnrollOptions) => (await import('../commands/enroll.ts')).enrollAgent(context, options));

  command(
    'run',
    'read PowerSchool and send changes until stopped; the service runs this command',
    'hallpass-agent run --log-format json',
  )
    .addOption(logFormat())
    .option('--log-file <file>', 'log file of this run (default: the one in the settings)', path)
    .action(async (options: WorkOptions) => (await import('../commands/work.ts')).run(context, options));

  command(
    'page',
    'show the local page of an agent that is not running, to see what is wrong',
    'hallpass-agent page',
  ).action(async () => (await import('../commands/page.ts')).showPage(context));

  command('sync', 'run one cycle and exit', 'hallpass-agent sync --once')
    .requiredOption('--once', 'connect once and run one cycle')
    .addOption(
      new Option(
        '--accept-empty <kind>',
        'confirm that PowerSchool no longer has any records of this kind (repeatable)',
      )
        .argParser(kindList)
        .default([], 'none'),
    )
    .addOption(logFormat())
    .option('--log-file <file>', 'log file of this run (default: the one in the settings)', path)
    .action(async (options: WorkOptions & { acceptEmpty: Kind[] }) =>
      (await import('../commands/work.ts')).syncOnce(context, {
        ...options,
        acceptEmpty: new Set(options.acceptEmpty),
      }),
    );

  command(
    'check',
    'test everything that the agent needs, from its folder to the relay; safe while the agent runs',
    'hallpass-agent check --json',
  )
    .option('--json', 'print JSON: {"checks":[{"name","status":"pass|warn|fail","fact","action","notTried"}]}')
    .action(async (options: { json?: true }) => {
      const { check } = await import('../commands/check.ts');
      exitWith(await check(context, options));
    });

  command('status', 'show settings, enrollment and the last cycles', 'hallpass-agent status --json')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => (await import('../commands/status.ts')).showStatus(context, options));

  command(
    'support-bundle',
    'write a ZIP with settings, checks, logs and counts for support staff; no secrets, no personal data',
    'hallpass-agent support-bundle --out hallpass-support.zip',
  )
    .option('--out <file>', 'where to write it (default: here, with the time in its name)', path)
    .option('--no-checks', 'skip the checks')
    .action(async (options: SupportOptions) =>
      (await import('../commands/support.ts')).writeSupportBundle(context, options),
    );

  const service = agent
    .command('service')
    .description('install the agent as a service on this computer (systemd; scripts for Windows)');
  const serviceCommand = (name: string, description: string, example: string) =>
    service.command(name).description(description).addHelpText('after', `\nExample:\n  ${example}\n${exitCodeHelp}`);
  serviceCommand(
    'install',
    'write the unit, start the service, and have it start with the computer',
    'sudo hallpass-agent service install',
  )
    .option('--user <name>', 'an existing user to run as (default: systemd creates one just for this service)')
    .option('--dry-run', 'show the unit and the steps; change nothing')
    .addOption(new Option('--platform <name>', 'write for a different system').choices(['linux', 'win32']))
    .option('--out <folder>', 'where the scripts for Windows are written (default: in the state folder)', path)
    .action(async (options: InstallOptions) =>
      (await import('../commands/service.ts')).installService(context, options),
    );
  serviceCommand(
    'uninstall',
    'stop and remove the service; state and logs stay',
    'sudo hallpass-agent service uninstall',
  )
    .option('--dry-run', 'show the steps; change nothing')
    .action(async (options: { dryRun?: true }) =>
      (await import('../commands/service.ts')).uninstallService(context, options),
    );
  serviceCommand(
    'status',
    'show whether the service is running and how it last ended',
    'hallpass-agent service status --json',
  )
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => (await import('../commands/service.ts')).showService(context, options));

  return agent;
}

function logFormat(): Option {
  return new Option('--log-format <format>', 'format of events').choices(['json', 'text']).default('text');
}

function kindList(value: string, earlier: Kind[]): Kind[] {
  const kind = kinds.find((known) => known === value);
  if (kind === undefined) throw new InvalidArgumentError(`It must be one of ${kinds.join(', ')}.`);
  return [...earlier, kind];
}
