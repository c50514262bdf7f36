/** `hallpass-relay`: the commands, their options, and how they end. */
import { Command, CommanderError, Help } from 'commander';
import { meantWords, refuseWords } from '../../shared/command-words.ts';
import { fail, HallpassError } from '../../shared/errors.ts';
import { optionError } from '../../shared/option-error.ts';
import { printableOutput } from '../../shared/printable.ts';
import { exitCodes, reportError } from '../../shared/terminal.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { inCommands } from './advice.ts';
import { commands } from './commands.ts';
import type { CliContext } from './context.ts';

/**
 * Runs one command line.
 *
 * @param args without node and script
 * @returns the exit code (shared/terminal.ts)
 */
export async function runCli(args: readonly string[], surroundings: CliContext): Promise<number> {
  // Done here so that no command can forget it.
  const { out, err } = surroundings;
  const context = { ...surroundings, out: printableOutput(out), err: printableOutput(err) };
  const program = await createProgram(context, args);
  const words = meantWords(program, args);
  let tenant = 'TENANT';
  program.hook('preAction', (_program, { registeredArguments: [first], args: [given] }) => {
    if (first?.name() === 'tenant' && given !== undefined) tenant = given;
  });
  try {
    refuseWords(program, words);
    const interrupted = interruption(program, context.stop);
    const running = program.parseAsync(words, { from: 'user' });
    // It may continue for a moment after the interruption: then its error is not reported again.
    running.catch(() => undefined);
    await Promise.race([running, interrupted]);
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(ofTenant(error, tenant), context.err);
    if (error.exitCode === 0) return exitCodes.ok;
    // Without a command, or with "holds" alone, the help has already been shown.
    if (error.code !== 'commander.help') reportError(optionError(error, program, words), context.err);
    return exitCodes.usage;
  }
}

/** The error with the command line's district in its commands, so that people can paste them. */
function ofTenant(error: unknown, tenant: string): unknown {
  if (!(error instanceof HallpassError)) return error;
  return new HallpassError(error.code, error.message, inCommands(error.action, tenant), { cause: error.cause });
}

/**
 * Every command but "serve", which ends in good order, is abandoned at once when the program is asked to end: none
 * leaves half a change.
 */
function interruption(program: Command, stop: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    program.hook('preAction', (_program, action) => {
      if (action.name() === 'serve') return;
      stop.addEventListener('abort', () => reject(fail('COMMAND_INTERRUPTED', {})), { once: true });
    });
  });
}

/** @param args the command line: commands that it does not name get only a line in the help */
async function createProgram(context: CliContext, args: readonly string[]): Promise<Command> {
  const usages = new Map<Command, string>();
  const program = new Command('hallpass-relay')
    .description('Receives PowerSchool rosters from Hallpass agents and provisions them in Microsoft 365 Education.')
    .version(hallpassVersion)
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText(
      'after',
      `
Examples:
  hallpass-relay configure --client-id GUID --client-cert app.pem --client-key app.key
  hallpass-relay tenant add contoso --name "Contoso Schools" --graph-tenant GUID
  hallpass-relay profile set contoso profile.json
  hallpass-relay enroll-code contoso
  hallpass-relay serve

State: ${context.home} (HALLPASS_HOME). Exit codes: 0 done, 64 wrong options, 70 a bug, 75 try again, 78 change something first.`,
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
      // Errors are reported where they are caught, like all others.
      outputError: () => undefined,
    })
    .configureHelp({ subcommandTerm: (one) => usages.get(one) ?? new Help().subcommandTerm(one) });
  for (const { usage, description, load } of commands) {
    const [name = '', ...aliases] = usage.replace(/ .*/, '').split('|');
    const command = program.command(name).aliases(aliases).description(description);
    usages.set(command, usage);
    if ([name, ...aliases].some((one) => args.includes(one))) (await load())(command, context);
  }
  return program;
}
