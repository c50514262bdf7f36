/** How both programs behave on a terminal: errors with a next step, meaningful exit codes, progress on a terminal. */
import { exactReasonOf, fail, HallpassError } from './errors.ts';
import { fileReason } from './file-reason.ts';
import { printable } from './printable.ts';

/**
 * Exit codes (documented in the README), like sysexits(3), so that a service manager can tell a temporary failure from
 * a mistake.
 */
export const exitCodes = {
  ok: 0,
  /** Wrong options. */
  usage: 64,
  /** A bug: please report it. */
  bug: 70,
  /** Passes by itself: try again. */
  temporary: 75,
  /** Someone must change something first. */
  configuration: 78,
} as const;

/** The catalog error for anything that was thrown. */
export function toHallpassError(error: unknown): HallpassError {
  return error instanceof HallpassError
    ? error
    : fail('UNEXPECTED', { reason: exactReasonOf(error) }, { cause: error });
}

/** `error[CODE] sentence` and `  → next step`, on stderr; returns the exit code. */
export function reportError(error: unknown, out: NodeJS.WritableStream = process.stderr): number {
  const known = toHallpassError(error);
  out.write(`error[${known.code}] ${printable(known.message)}\n  → ${printable(known.action)}\n`);
  if (known.retry === 'bug' && known.cause instanceof Error) out.write(`${printable(known.cause.stack ?? '')}\n`);
  return {
    retry: exitCodes.temporary,
    'retry-after': exitCodes.temporary,
    fix: exitCodes.configuration,
    bug: exitCodes.bug,
  }[known.retry];
}

/**
 * Lets a reader of the output leave early (`hallpass-agent status | head -1`): later output is dropped, and the command
 * ends with its normal exit code. A full disk is reported once, and a service keeps running.
 *
 * @returns the exit code of a command, given the one that it would have had
 */
export function tolerateBrokenOutput(out: NodeJS.WritableStream, err: NodeJS.WritableStream): (code: number) => number {
  let trouble: number | undefined;
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || trouble !== undefined) return;
    trouble = reportError(fail('OUTPUT_UNWRITABLE', { reason: fileReason(error) }), err);
  });
  // Nobody is left to receive a report.
  err.on('error', () => undefined);
  return (code) => (code === exitCodes.ok ? (trouble ?? code) : code);
}

/** True when color and moving progress bars are welcome: a terminal, and no NO_COLOR (https://no-color.org). */
export function isRich(out: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return out.isTTY === true && (env.NO_COLOR ?? '') === '';
}
