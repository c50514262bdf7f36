/**
 * The words of a command line before commander reads them: "help" in any position, unknown commands, values that no
 * option takes.
 */
import { type Command, CommanderError, InvalidArgumentError } from 'commander';

/** The longest possible path; a longer value is a file's content given instead of its name. */
const longestWord = 4096;

/**
 * The intended command line: `help tenant add` and `tenant help add` mean `tenant add --help`.
 *
 * @param args without program and script
 */
export function meantWords(program: Command, args: readonly string[]): string[] {
  const commands: string[] = [];
  let asked = false;
  let command: Command | undefined = program;
  for (const word of args) {
    if (word === 'help' && command !== undefined && command.commands.length > 0) {
      asked = true;
      continue;
    }
    if (word.startsWith('-') || command === undefined || command.commands.length === 0) {
      return asked ? [...commands, '--help'] : [...args];
    }
    commands.push(word);
    command = subcommand(command, word);
  }
  return asked ? [...commands, '--help'] : [...args];
}

/**
 * Refuses what commander accepts: it shows the program's help for `nothing --help`, and takes values of any size.
 *
 * @param words as returned by meantWords
 * @throws CommanderError
 */
export function refuseWords(program: Command, words: readonly string[]): void {
  for (const word of words) {
    if (word.length > longestWord) complain(`a value on the command line has ${word.length} characters`);
    if (/[\n\r]/.test(word)) complain('a value on the command line has several lines: give it on one line');
  }
  let command = program;
  for (const word of words) {
    if (command.commands.length === 0 || word.startsWith('-')) return;
    const next = subcommand(command, word);
    if (next === undefined) complain(`unknown command '${word}'`, 'commander.unknownCommand');
    else command = next;
  }
}

function complain(problem: string, code = 'hallpass.value'): never {
  throw new CommanderError(1, code, `error: ${problem}`);
}

function subcommand(command: Command, word: string): Command | undefined {
  return command.commands.find((one) => one.name() === word || one.aliases().includes(word));
}

/** A path in an option: an empty one comes from a variable that was not set. @throws InvalidArgumentError */
export function filePath(value: string): string {
  if (value.trim() === '') throw new InvalidArgumentError('It is empty: a path must be given.');
  return value;
}
