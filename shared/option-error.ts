/** A command line that cannot be understood, said like every other error. */
import type { Command, CommanderError } from 'commander';
import { fail, type HallpassError } from './errors.ts';

/**
 * What commander says, as an error of the catalogue: OPTION_INVALID, which names the help of the very command.
 *
 * @param args the command line
 */
export function optionError({ message }: CommanderError, program: Command, args: readonly string[]): HallpassError {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  const words = [program.name()];
  let command: Command | undefined = program;
  for (const word of args) {
    command = command.commands.find((candidate) => candidate.name() === word);
    if (command === undefined) break;
    words.push(word);
  }
  return fail('OPTION_INVALID', {
    problem: /[.?)]$/.test(sentence) ? sentence : `${sentence}.`,
    command: words.join(' '),
  });
}
