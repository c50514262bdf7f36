/** The command line of a script for developers: it says what it does, and does nothing for words that it does not know. */
import { Command, InvalidArgumentError } from 'commander';
import { exitCodes } from '../shared/terminal.ts';

/**
 * Reads this process's arguments; `--help`, and everything unknown, ends it (0 and 64).
 *
 * @param name the command line that starts the script, before its options
 * @param define adds its options and arguments
 */
export function readScriptOptions<T extends object>(
  name: string,
  description: string,
  define: (command: Command) => Command = (command) => command,
): { options: T; args: readonly string[] } {
  const command = define(new Command(name).description(description).allowExcessArguments(false));
  command.showHelpAfterError(`  → ${name} --help`);
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.ok : exitCodes.usage));
  command.parse();
  return { options: command.opts<T>(), args: command.args };
}

/** A whole number from 1. @throws InvalidArgumentError */
export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

/** Several of them, separated by commas. @throws InvalidArgumentError */
export function counts(text: string): number[] {
  return text.split(',').map(count);
}
