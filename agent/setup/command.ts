/** `hallpass-agent setup`: the guided first run, interactive or not. */
import { type Clock, systemClock } from '../../shared/clock.ts';
import { runChecks } from '../check/check.ts';
import { statePaths } from '../state/folder.ts';
import type { Context } from '../terminal/context.ts';
import { Terminal } from '../terminal/terminal.ts';
import { Dialog } from './dialog.ts';
import { Progress } from './progress.ts';
import { readAnswers } from './questions.ts';
import { setUp } from './setup.ts';

export interface SetupOptions extends Record<string, unknown> {
  restart?: true;
  nonInteractive?: true;
  /** False with --no-service. */
  service: boolean;
  /** Minutes. */
  wait: number;
}

/** @throws HallpassError as {@link setUp}; FILE_UNREADABLE and SETTING_INVALID for prepared answers */
export async function setup(context: Context, options: SetupOptions, clock: Clock = systemClock): Promise<void> {
  const { folder, env, platform, stdin, stdout, stop } = context;
  const answers = await readAnswers(options, env, stdin, stdout);
  const interactive = stdin.isTTY === true && options.nonInteractive !== true;
  const terminal = interactive ? new Terminal(stdin, stdout, stop) : undefined;
  try {
    stdout.write(
      `This sets up the Hallpass agent, state in ${folder}.${interactive ? ' You can stop it with Ctrl-C at any time and continue later.' : ''}\n`,
    );
    await setUp(
      {
        context,
        dialog: new Dialog(answers, terminal, stdout, { platform, restart: options.restart === true }),
        progress: new Progress(statePaths(folder).setup),
        clock,
        checks: () => runChecks({ folder, env, platform, clock, signal: stop }),
        mostWaitMs: options.wait * 60_000,
        service: options.service,
      },
      options.restart === true,
    );
  } finally {
    terminal?.close();
  }
}
