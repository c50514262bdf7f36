/** Reports a command line that cannot be understood like every other error. */
import type { Command, CommanderError } from 'commander';
import { fail, type HallpassError } from './errors.ts';
import { didYouMean, nearest } from './nearest.ts';

/**
 * commander's message as a catalog error: OPTION_INVALID, which points to the help of that command and says what was
 * probably meant.
 *
 * @param args the command line
 */
export function optionError(
  { code, message }: CommanderError,
  program: Command,
  args: readonly string[],
): HallpassError {
  // commander's own guesses do not compare beginnings and look different from ours.
  const text = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean [\s\S]*\)$/, '')
    .replaceAll('\n', ' ');
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
  // commander reports what is missing before what is wrong.
  const stray =
    code === 'commander.missingMandatoryOptionValue' ? strayOption(command, args.slice(words.length - 1)) : undefined;
  const said = stray === undefined ? text : `unknown option '${stray}'`;
  const own = code === 'commander.unknownCommand' ? unknownCommand(command, unknown) : inWords(said);
  const sentence = `${own.charAt(0).toUpperCase()}${own.slice(1)}`;
  return fail('OPTION_INVALID', {
    problem: `${/[.?)]$/.test(sentence) ? sentence : `${sentence}.`}${guess(said, command)}`,
    command: words.join(' '),
  });
}

/** At most this many commands are listed; the help has them all. */
const mostListed = 8;

function unknownCommand(parent: Command, given: string): string {
  // Exactly the name of an option: closer than any command.
  const option = parent.options.map(({ long }) => long ?? '').find((long) => long === `--${given}`);
  if (option !== undefined) return `unknown command '${given}'. Did you mean "${option}"?`;
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

/** The first option that the command does not have. */
function strayOption(command: Command, args: readonly string[]): string | undefined {
  let isValue = false;
  for (const word of args) {
    if (word === '--') return undefined;
    const [name = ''] = word.split('=');
    const option = command.options.find(({ long, short }) => long === name || short === name);
    if (!isValue && option === undefined && /^--?[a-z]/i.test(name)) return name;
    isValue = !isValue && option?.required === true && name === word;
  }
  return undefined;
}

/** Replaces technical wording. */
function inWords(text: string): string {
  const option = String.raw`option '(?:-\w, )?(--[\w-]+)[^']*'`;
  return text
    .replace(/^option '(?:-\w, )?(--[\w-]+) <([^>]+)>' argument missing$/, '$1 needs a value: $1 <$2>')
    .replace(
      new RegExp(String.raw`^${option} argument '([^']*)' is invalid\. Allowed choices are (.*)\.$`),
      '$1 cannot be "$2": it is one of $3.',
    )
    .replace(new RegExp(String.raw`^${option} argument '([^']*)' is invalid\. `), '$1 cannot be "$2". ')
    .replace(new RegExp(`^required ${option} not specified$`), '$1 must be given')
    .replace(new RegExp(`^${option} cannot be used with ${option}$`), '$1 and $2 cannot be used together')
    .replace(
      /^too many arguments for '([^']+)'\. Expected 0 arguments but got \d+: (.*)\.$/,
      '"$1" accepts only options, not "$2".',
    )
    .replace(
      /^too many arguments for '([^']+)'\. Expected (\d+) arguments? but got (\d+): (.*)\.$/,
      '"$1" accepts $2 of these $3 words: $4. Put a name that contains spaces in quotation marks.',
    );
}

/** ` Did you mean "--json"?` for an unknown option or choice, else nothing. */
function guess(text: string, command: Command): string {
  const [, unknown] = /^unknown option '([^'=]*)/.exec(text) ?? [];
  if (unknown !== undefined) {
    const short = command.options.map((option) => option.short ?? '').find((flag) => isOtherCase(flag, unknown));
    if (short !== undefined) return ` Did you mean "${short}"?`;
    const options = [...command.options.map(({ long }) => long ?? ''), '--help'];
    // "-status" and "--status" are commands with superfluous dashes.
    const known = nearest(unknown, options) === undefined ? command.commands.flatMap(namesOf) : options;
    return didYouMean(unknown, known);
  }
  const [, value = '', choices = ''] =
    / argument '([^']*)' is invalid\. (?:Allowed choices are|It must be one of) (.*)\.$/.exec(text) ?? [];
  return didYouMean(value, choices.split(', '));
}

function isOtherCase(flag: string, given: string): boolean {
  return flag.toLowerCase() === given.toLowerCase();
}
