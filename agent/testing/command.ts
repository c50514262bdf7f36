/** The agent's command line in this process, which starts faster than one of its own. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCli } from '../cli/program.ts';
import type { Typist } from './typist.ts';

/** The script that starts the agent as a process. */
export const agentScript = fileURLToPath(new URL('../hallpass-agent.mjs', import.meta.url));

export interface CommandOptions {
  env?: NodeJS.ProcessEnv;
  /** Everything on standard input. */
  input?: string;
  /** Types at the terminal, instead of `input`. */
  typist?: Typist;
  platform?: NodeJS.Platform;
  stop?: AbortSignal;
}

export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs a command to completion. */
export async function runCommand(
  folder: string,
  args: readonly string[],
  { env = {}, input = '', typist, platform = 'linux', stop = new AbortController().signal }: CommandOptions = {},
): Promise<Ended> {
  const stdin = typist?.stdin ?? Object.assign(new PassThrough(), { isTTY: false });
  const stdout = typist?.stdout ?? new PassThrough();
  const stderr = new PassThrough();
  if (typist === undefined) stdin.end(input);
  const output = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli(args, {
    folder,
    env,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    hostname: 'test-host',
    platform,
    uid: 1000,
    invocation: [process.execPath, agentScript],
    stop,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  return { code, out, err };
}
