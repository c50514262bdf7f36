/** The guided first run: step after step, each done once, from an empty folder to a running service. */
import { fail, type HallpassError } from '../../shared/errors.ts';
import { reportError, toHallpassError } from '../../shared/terminal.ts';
import { AgentState } from '../state/agent-state.ts';
import { checkStep, serviceStep } from './last-steps.ts';
import { credentialsStep, pluginStep, waitingStep } from './plugin-steps.ts';
import { powerschoolStep } from './powerschool-step.ts';
import { relayStep } from './relay-step.ts';
import type { SetupParts, Step } from './step.ts';

/** The plugin comes before the credentials, because PowerSchool makes them when it is enabled. */
const steps: Step[] = [relayStep, powerschoolStep, pluginStep, credentialsStep, waitingStep, checkStep, serviceStep];

/**
 * @param anew asks for everything again; what is there is offered
 * @throws HallpassError what a step could not do, or SETUP_INTERRUPTED. What is done stays done.
 */
export async function setUp(parts: SetupParts, anew: boolean): Promise<void> {
  const { context, dialog, progress } = parts;
  if (anew) await progress.forget();
  else await progress.load();
  for (const [index, step] of steps.entries()) {
    dialog.say(`\n${index + 1}/${steps.length} ${step.title}\n`);
    const done = anew ? undefined : step.done(await AgentState.open(context.folder), progress);
    if (done !== undefined) dialog.say(`  ${done}\n`);
    else await persist(step, parts);
  }
  dialog.say(`\n${await whatNow(parts)}`);
}

/** A person may try a step again, with other answers. */
async function persist(step: Step, parts: SetupParts): Promise<void> {
  const { context, dialog } = parts;
  for (let trouble: HallpassError | undefined; ; ) {
    try {
      await step.run(parts, trouble);
      return;
    } catch (error) {
      if (context.stop.aborted) throw stopped(step);
      trouble = toHallpassError(error);
      if (trouble.code === 'INPUT_ENDED') throw stopped(step);
      if (!dialog.interactive || trouble.retry === 'bug') throw trouble;
    }
    reportError(trouble, context.stdout);
    const choice = await dialog
      .choose('  [Enter] try again (what has to be given is asked for here), q: stop here: ')
      .catch(() => 'q');
    if (choice?.startsWith('q')) throw stopped(step);
  }
}

function stopped({ title }: Step): HallpassError {
  return fail('SETUP_INTERRUPTED', { step: title });
}

async function whatNow({ context }: SetupParts): Promise<string> {
  const { settings } = await AgentState.open(context.folder);
  const page = settings.page.enabled
    ? `While the agent runs, its page is at http://127.0.0.1:${settings.page.port} on this computer.\n`
    : '';
  return `Setup is complete. ${page}What it does: "hallpass-agent status". When something is wrong: "hallpass-agent check".\n`;
}
