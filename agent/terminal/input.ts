/** Reads secrets from a file, from a pipe, or typed without echo. Never from argv. */
import { fail } from '../../shared/errors.ts';
import { onlyLine, readPersonInput } from '../../shared/person-text.ts';
import { readTextFile } from '../../shared/text-file.ts';
import { Terminal } from './terminal.ts';

/** Longer input means that the wrong file was named. */
const longestSecret = 1000;

/** @throws HallpassError FILE_UNREADABLE, TEXT_UNREADABLE, SETTING_INVALID when it is empty */
export async function secretFromFile(file: string, setting: string): Promise<string> {
  return filled(await readTextFile(file), setting, `The file ${file}`);
}

/**
 * Reads a pipe to its end, or one line typed at a terminal.
 *
 * @throws HallpassError TEXT_UNREADABLE, SETTING_INVALID when it is empty, INPUT_ENDED
 */
export async function secretFromStdin(
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  setting: string,
): Promise<string> {
  if (!stdin.isTTY) return filled(await readPersonInput(stdin), setting, 'The standard input');
  const terminal = new Terminal(stdin, stdout, new AbortController().signal);
  try {
    return filled(await terminal.askHidden(`${setting}: `), setting, 'What was typed');
  } finally {
    terminal.close();
  }
}

/** @param source for people: the beginning of a sentence */
export function filled(content: string, setting: string, source: string): string {
  const secret = onlyLine(content, source);
  if (secret === undefined) throw fail('SETTING_INVALID', { setting, reason: 'it is empty' });
  if (secret.length > longestSecret) {
    const reason = `it has ${secret.length} characters, and no secret has more than ${longestSecret}`;
    throw fail('SETTING_INVALID', { setting, reason });
  }
  return secret;
}
