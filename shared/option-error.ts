/** A command line that cannot be understood, said like every other error. */
import type { Command, CommanderError } from 'commander';
import { fail, type HallpassError } from './errors.ts';
import { nearest } from './nearest.ts';

/**
 * What commander says, as an error of the catalogue: OPTION_INVALID, which names the help of the very command.
 *
 * @param args the command line
 */
export function optionError(
  { code, message }: CommanderError,
  program: Command,
  args: readonly string[],
): HallpassError {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  const words = [program.name()];
  let command: Command = program;
  let unknown = '';
  for (const word of args) {
    const next: Command | undefined = command.commands.find((candidate) => namesOf(candidate).includes(word));
    unknown = word;
    if (next === undefined) break;
    command = next;
    words.push(command.name());
  }
  const own = code === 'commander.unknownCommand' ? unknownCommand(command, unknown) : text;
  const sentence = `${own.charAt(0).toUpperCase()}${own.slice(1)}`;
  return fail('OPTION_INVALID', {
    problem: /[.?)]$/.test(sentence) ? sentence : `${sentence}.`,
    command: words.join(' '),
  });
}

/** Up to so many commands are listed; the help has them all. */
const mostListed = 8;

function unknownCommand(parent: Command, given: string): string {
  const names = parent.commands.flatMap((command) => namesOf(command).map((name) => ({ name, is: command.name() })));
  const near = nearest(
    given,
    names.map(({ name }) => name),
  );
  const meant = names.find(({ name }) => name === near)?.is;
  if (meant !== undefined) return `unknown command '${given}'. Did you mean "${meant}"?`;
  const known = parent.commands.map((command) => command.name());
  return `unknown command '${given}'.${known.length > mostListed ? '' : ` There are ${known.join(', ')}.`}`;
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}
