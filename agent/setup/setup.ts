/** The guided first run: step by step, each done once, from an empty folder to a running service. */
import { fail, type HallpassError } from '../../shared/errors.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { AgentState } from '../state/agent-state.ts';
import { failureOf } from './findings.ts';
import { checkStep, serviceStep } from './last-steps.ts';
import { credentialsStep, pluginStep, waitingStep } from './plugin-steps.ts';
import { powerschoolStep } from './powerschool-step.ts';
import type { Topic } from './questions.ts';
import { relayStep } from './relay-step.ts';
import { nextStep, type Trouble, topicsAfter, troubleOf } from './remedies.ts';
import type { SetupParts, Step } from './step.ts';

/** The plugin comes before the credentials, because PowerSchool creates them when the plugin is enabled. */
const steps: Step[] = [relayStep, powerschoolStep, pluginStep, credentialsStep, waitingStep, checkStep, serviceStep];

/** Which step stores an answer that the final checks find wrong. */
const owners: Partial<Record<Topic, Step>> = {
  ...{ relay: relayStep, relayCa: relayStep, proxy: relayStep, proxyCredentials: relayStep, code: relayStep },
  ...{ powerschoolUrl: powerschoolStep, powerschoolCa: powerschoolStep },
  ...{ clientId: credentialsStep, clientSecret: credentialsStep },
};

/**
 * @param restart asks for everything again, offering the stored values
 * @throws HallpassError what a step could not do, or SETUP_INTERRUPTED. What is done stays done.
 */
export async function setUp(parts: SetupParts, restart: boolean): Promise<void> {
  const { context, dialog, progress } = parts;
  if (restart) await progress.forget();
  else await progress.load();
  for (const [index, step] of steps.entries()) {
    dialog.say(`\n${index + 1}/${steps.length} ${step.title}\n`);
    const done = restart ? undefined : step.done(await AgentState.open(context.folder), progress);
    if (done !== undefined) dialog.say(`  ${done}\n`);
    else await persist(step, parts);
  }
  dialog.say(`\n${await whatNow(parts)}`);
}

/**
 * Repeats the step until it is done: after each failure it asks again for the one thing that was wrong, or retries
 * unchanged.
 */
async function persist(step: Step, parts: SetupParts): Promise<void> {
  const { context, dialog } = parts;
  for (;;) {
    const failure = await attempt(step, parts);
    if (context.stop.aborted) throw stopped(step);
    if (failure === undefined) return;
    const { error, trouble } = failure;
    if (error.code === 'INPUT_ENDED') throw stopped(step);
    if (error.retry === 'bug' || !(dialog.interactive || hasAnother(parts, trouble))) throw error;
    dialog.say(`\n  error[${trouble.code}] ${trouble.message}\n    → ${nextStep(trouble)}\n`);
    await fix(step, trouble, parts);
  }
}

interface Failure {
  /** What ends setup when nobody is there. */
  error: HallpassError;
  trouble: Trouble;
}

async function attempt(step: Step, parts: SetupParts): Promise<Failure | undefined> {
  try {
    const failed = await step.run(parts);
    return failed === undefined ? undefined : { error: failureOf(failed), trouble: troubleOf(failed) };
  } catch (thrown) {
    const error = toHallpassError(thrown);
    const { code, message, action } = error;
    return { error, trouble: { code, message, action } };
  }
}

/** Works without a person, too: a prepared code enrolls a revoked agent again. */
function hasAnother({ dialog }: SetupParts, trouble: Trouble): boolean {
  return topicsAfter(trouble).some((topic) => dialog.hasMore(topic));
}

/** Asks for what was wrong. If nothing was changed, the step is retried as it is. */
async function fix(step: Step, trouble: Trouble, parts: SetupParts): Promise<void> {
  const { dialog, context } = parts;
  const topics = topicsAfter(trouble);
  try {
    if (topics.length === 0) {
      const choice = await dialog.choose('  [Enter] try again, q: stop here: ', ['q']);
      if (choice === 'q') throw stopped(step);
      return;
    }
    let changed: Topic | undefined;
    for (const topic of topics) {
      const answer = await dialog.again(topic, currentOf(topic, await AgentState.open(context.folder)));
      if (answer === 'stop') throw stopped(step);
      if (answer === 'changed') changed = topic;
      // A secret belongs to its id, so both are asked for.
      if (answer === 'changed' && topic !== 'clientId') break;
    }
    const owner = changed === undefined ? undefined : owners[changed];
    // The step that owns an answer stores it, even when that is an earlier step.
    if (owner !== undefined && owner !== step) await dialog.withStored(() => persist(owner, parts));
  } catch (error) {
    if (toHallpassError(error).code === 'INPUT_ENDED') throw stopped(step);
    throw error;
  }
}

function currentOf(topic: Topic, { settings }: AgentState): string | undefined {
  const current: Partial<Record<Topic, string | undefined>> = {
    relay: settings.relay.url,
    proxy: settings.proxy.url,
    powerschoolUrl: settings.powerschool.url,
    clientId: settings.powerschool.clientId,
  };
  return current[topic];
}

function stopped({ title }: Step): HallpassError {
  return fail('SETUP_INTERRUPTED', { step: title });
}

async function whatNow({ context }: SetupParts): Promise<string> {
  const { settings } = await AgentState.open(context.folder);
  const page = settings.page.enabled
    ? `While the agent runs, its page is at http://127.0.0.1:${settings.page.port} on this computer.\n`
    : '';
  return `Setup is complete. ${page}To see what it does, run "hallpass-agent status"; if something is wrong, run "hallpass-agent check".\n`;
}
