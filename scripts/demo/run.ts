/** The demo from beginning to end: a console with three districts until Ctrl-C, or one district once. */
import { constants } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';
import { runFleet } from './fleet.ts';
import { runOnce } from './once.ts';
import type { DemoOptions } from './options.ts';
import type { Screen } from './screen.ts';
import { openTestbed } from './testbed.ts';

export interface DemoControl {
  /** Aborted by the first Ctrl-C. */
  interrupted: AbortSignal;
  /** Aborted by the second Ctrl-C. */
  impatient: AbortSignal;
}

/** @returns the exit code. @throws DemoError when a program failed, Interrupted before the job was done */
export async function runDemo(options: DemoOptions, screen: Screen, control: DemoControl): Promise<number> {
  if (options.json !== undefined) await clearReport(options.json);
  await using testbed = await openTestbed(options, screen, control.interrupted);
  control.impatient.addEventListener('abort', () => testbed.programs.killAll());
  try {
    return await (options.once ? runOnce(testbed) : runFleet(testbed));
  } catch (error) {
    throw await causeOf(error, testbed.signal);
  }
}

/** An old report must not be mistaken for this run's, and it is better to report a wrong path now than at the end. */
async function clearReport(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
    await access(dirname(file), constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DemoError(
      `The report cannot be written: ${reason}`,
      'Give --json a file in a folder that can be written.',
    );
  }
}

/** A program that has ended first shows as a broken connection: a moment later it is known which one, and why. */
async function causeOf(error: unknown, signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted && !(error instanceof DemoError)) await wait(1000, undefined, { signal }).catch(() => undefined);
  return signal.aborted ? signal.reason : error;
}
