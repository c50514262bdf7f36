/** `hallpass-agent run` and `sync --once`: where the agent's reports are shown and stored. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from '../../shared/clock.ts';
import type { HallpassError } from '../../shared/errors.ts';
import type { Kind } from '../../shared/roster.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { logFileReport } from '../log/log-file.ts';
import { createReporter } from '../log/reporter.ts';
import { type Report, toProblem } from '../model/events.ts';
import { openAgent, type WorkingAgent } from '../node.ts';
import { AgentState } from '../state/agent-state.ts';
import type { Context } from '../terminal/context.ts';

export interface WorkOptions {
  logFormat: 'json' | 'text';
  /** Replaces the one in the settings. */
  logFile?: string;
}

/** @throws HallpassError as {@link WorkingAgent.run} and {@link openAgent} */
export async function run(context: Context, options: WorkOptions): Promise<void> {
  await work(context, options, true, (agent) => agent.run());
}

/** @throws HallpassError as {@link WorkingAgent.syncOnce} and {@link openAgent} */
export async function syncOnce(
  context: Context,
  options: WorkOptions & { acceptEmpty: ReadonlySet<Kind> },
): Promise<void> {
  await work(context, options, false, (agent) => agent.syncOnce(options.acceptEmpty));
}

/** Logs what ended the work, too: that is where the administrator of a service looks first. */
async function work(
  context: Context,
  { logFormat, logFile }: WorkOptions,
  lasting: boolean,
  task: (agent: WorkingAgent) => Promise<void>,
): Promise<void> {
  const { folder, env, stdout } = context;
  const state = await AgentState.open(folder);
  const shown = createReporter({ format: logFormat, out: stdout, env, clock: systemClock });
  const log = { ...state.settings.log, ...(logFile === undefined ? {} : { file: resolve(logFile) }) };
  const onTrouble = (error: HallpassError) => shown(toProblem(error));
  const logged = logFileReport({ log, folder, clock: systemClock, onTrouble });
  let reported: string | undefined;
  const report: Report = (event) => {
    if (event.event === 'problem') reported = event.message;
    logged(event);
    shown(event);
  };
  try {
    const agent = await openAgent({ context, state, report, lasting });
    await task(agent).finally(() => agent.close());
  } catch (thrown) {
    const error = toHallpassError(thrown);
    // An attempt before there is a state folder leaves nothing behind.
    if (error.message !== reported && existsSync(folder)) logged(toProblem(error));
    throw error;
  }
}
