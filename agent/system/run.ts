/** Runs programs of the operating system to completion. */
import { execFile } from 'node:child_process';

export interface Ran {
  /** Exit code; -1 when the program could not be started or was killed. */
  code: number;
  stdout: string;
  stderr: string;
}

export type Run = (program: string, args: readonly string[]) => Promise<Ran>;

/** The longest that a system program may take; systemd's own default for starting a service is 90 s. */
const timeoutMs = 120_000;

/** Runs programs found on the PATH of this environment. Never fails: the result says what went wrong. */
export function systemRun(env: NodeJS.ProcessEnv): Run {
  return (program, args) =>
    new Promise((resolve) => {
      execFile(program, [...args], { env, timeout: timeoutMs, windowsHide: true }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr: stderr === '' && code === -1 ? (error?.message ?? '') : stderr });
      });
    });
}
