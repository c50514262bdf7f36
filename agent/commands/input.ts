/** Secrets as they come in: from a file, from a pipe, or typed without being shown. Never from argv. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fail, reasonOf } from '../../shared/errors.ts';
import { Terminal } from '../setup/terminal.ts';

/** @throws HallpassError FILE_UNREADABLE, SETTING_INVALID when it is empty */
export async function secretFromFile(file: string, setting: string): Promise<string> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fail('FILE_UNREADABLE', { file, reason: reasonOf(error) }, { cause: error });
  });
  return filled(content, setting);
}

/** All of a pipe, or one line typed at a terminal. @throws HallpassError SETTING_INVALID when it is empty, INPUT_ENDED */
export async function secretFromStdin(
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  setting: string,
): Promise<string> {
  if (!stdin.isTTY) return filled(await text(stdin), setting);
  const terminal = new Terminal(stdin, stdout, new AbortController().signal);
  try {
    return filled(await terminal.askHidden(`${setting}: `), setting);
  } finally {
    terminal.close();
  }
}

function filled(content: string, setting: string): string {
  const secret = content.trim();
  if (secret === '') throw fail('SETTING_INVALID', { setting, reason: 'it is empty' });
  return secret;
}
