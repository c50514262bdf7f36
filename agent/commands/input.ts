/** Secrets as they come in: from a file, from a pipe, or typed without being shown. Never from argv. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fail, reasonOf } from '../../shared/errors.ts';

/** @throws HallpassError FILE_UNREADABLE, SETTING_INVALID when it is empty */
export async function secretFromFile(file: string, setting: string): Promise<string> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fail('FILE_UNREADABLE', { file, reason: reasonOf(error) }, { cause: error });
  });
  return filled(content, setting);
}

/** All of a pipe, or one line typed at a terminal. @throws HallpassError SETTING_INVALID when it is empty */
export async function secretFromStdin(
  stdin: NodeJS.ReadStream,
  prompt: NodeJS.WriteStream,
  setting: string,
): Promise<string> {
  if (!stdin.isTTY) return filled(await text(stdin), setting);
  prompt.write(`${setting}: `);
  return filled(await typed(stdin, prompt), setting);
}

/** Raw mode echoes nothing. */
async function typed(stdin: NodeJS.ReadStream, prompt: NodeJS.WriteStream): Promise<string> {
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let line = '';
  try {
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return line;
        // Control-C and control-D give up; the empty line is refused by the caller.
        if (character === '\u0003' || character === '\u0004') return '';
        line = character === '\u007f' || character === '\b' ? line.slice(0, -1) : line + character;
      }
    }
    return line;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    prompt.write('\n');
  }
}

function filled(content: string, setting: string): string {
  const secret = content.trim();
  if (secret === '') throw fail('SETTING_INVALID', { setting, reason: 'it is empty' });
  return secret;
}
