/** The plugin: setup writes it, a person installs it in PowerSchool, and setup waits for that. */
import { resolve } from 'node:path';
import { hallpassVersion } from '../../shared/version.ts';
import { storeSettings } from '../commands/configure.ts';
import { writePlugin } from '../commands/plugin.ts';
import { pastedClientId } from '../powerschool/client-id.ts';
import { AgentState } from '../state/agent-state.ts';
import { firstFailure } from './findings.ts';
import { nextStep, troubleOf } from './remedies.ts';
import type { SetupParts, Step } from './step.ts';

export const pluginStep: Step = {
  title: 'Plugin',
  done: ({ settings, secret }, { done }) => {
    if (settings.powerschool.clientId !== undefined && secret !== null) return 'Client id and secret are set.';
    return done.plugin === undefined ? undefined : `Written to ${done.plugin.file}.`;
  },

  async run({ context, dialog, progress }) {
    const file = resolve(await dialog.answer('pluginOut', { current: 'hallpass-plugin.zip' }));
    await writePlugin(context, { out: file, variant: 'powerquery' });
    await progress.note({ plugin: { file, version: hallpassVersion } });
    return undefined;
  },
};

export const credentialsStep: Step = {
  title: 'Client id and secret',
  done: ({ settings, secret }) =>
    settings.powerschool.clientId !== undefined && secret !== null ? 'Client id and secret are stored.' : undefined,

  async run({ context, dialog, progress }) {
    const { settings, secret } = await AgentState.open(context.folder);
    if (dialog.interactive) dialog.say(whereToClick(progress.done.plugin?.file ?? 'the ZIP'));
    const powerschoolClientId = await dialog.answer('clientId', { current: settings.powerschool.clientId });
    const powerschool = await dialog.answer('clientSecret', { current: secret ?? undefined });
    await storeSettings(context.folder, { powerschoolClientId }, { powerschool });
    return undefined;
  },
};

/** With the same words as docs/plugin.md. */
function whereToClick(file: string): string {
  return `  In PowerSchool:
    1. Plugin Management Dashboard (System Management > Server > Plugin Configuration; before 2024: System > System Settings):
       Install, and choose ${file} as it is.
    2. Tick Enable/Disable of Hallpass, and approve what it asks for.
    3. Open Hallpass > Data Provider Configuration: client id and secret are there.
`;
}

/** The pauses after a refusal, as in the running agent; a person may check sooner. */
const refusedMinutes = [1, 5, 15, 60];
const lookEveryMs = 15_000;
/** A limit even when someone holds down the Enter key. */
const lookAtMostEveryMs = 1_000;

export const waitingStep: Step = {
  title: 'The plugin in PowerSchool',
  // Not remembered: checking takes a second.
  done: () => undefined,

  async run(parts) {
    const { dialog, clock, checks, mostWaitMs } = parts;
    const startedAt = clock.now();
    let reported = '';
    for (let refusals = 0; ; ) {
      const failed = await firstFailure(checks(), 'powerschool.');
      if (failed === undefined) break;
      const isRefused = failed.name === 'powerschool.token';
      const waitMs = isRefused ? 60_000 * (refusedMinutes[Math.min(refusals, 3)] ?? 60) : lookEveryMs;
      refusals += isRefused ? 1 : 0;
      if (!dialog.interactive && clock.now() - startedAt + waitMs > mostWaitMs) return failed;
      if (failed.fact !== reported) {
        dialog.say(`  ${failed.name}: ${failed.fact}\n    → ${nextStep(troubleOf(failed))}\n`);
      }
      reported = failed.fact;
      const typed = await wait(parts, waitMs);
      if (typed === undefined || typed === '') continue;
      dialog.forget('clientId', 'clientSecret');
      if (typed !== againKey) dialog.give('clientId', typed);
      await credentialsStep.run(parts);
    }
    dialog.say('  PowerSchool answers, and grants everything that the plugin requests.\n');
    return undefined;
  },
};

/** The key that asks for client id and secret again. */
const againKey = 'c';

/**
 * Any other input does not end the wait: checking again with refused credentials would lengthen the pauses. It is not
 * echoed either, because it may be the secret.
 *
 * @returns what a person typed meanwhile: nothing, {@link againKey} or a client id; undefined when the time is over
 */
async function wait({ dialog, clock, context }: SetupParts, waitMs: number): Promise<string | undefined> {
  const untilMs = clock.now() + waitMs;
  const until = new Date(untilMs).toLocaleTimeString('en-GB');
  const keys = dialog.interactive
    ? ' Enter: look now · c, then Enter: type id and secret again · Ctrl-C: stop, and continue later'
    : '';
  dialog.say(`  Waiting, next look at ${until}.${keys}\n`);
  for (let leftMs = waitMs; ; leftMs = untilMs - clock.now()) {
    const typed = leftMs <= 0 ? undefined : await typedWithin(leftMs, { dialog, clock, context });
    if (typed === undefined) return undefined;
    const answer = ['', againKey].find((key) => key === typed.toLowerCase()) ?? pastedClientId(typed, againKey);
    await clock.sleep(Math.min(lookAtMostEveryMs, waitMs), context.stop);
    if (answer !== undefined) return answer;
    dialog.say('  That is neither one of these keys nor a client id. To type id and secret, press c, then Enter.\n');
  }
}

async function typedWithin(
  waitMs: number,
  { dialog, clock, context }: Pick<SetupParts, 'dialog' | 'clock' | 'context'>,
): Promise<string | undefined> {
  const over = new AbortController();
  const limit = AbortSignal.any([over.signal, context.stop]);
  const sleeping = clock.sleep(waitMs, limit).then(
    () => over.abort(),
    () => undefined,
  );
  const typed = await dialog.typedBefore(limit);
  over.abort();
  await sleeping;
  context.stop.throwIfAborted();
  return typed;
}
