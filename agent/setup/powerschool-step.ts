/** Second step: PowerSchool answers at this address. */
import { storeSettings } from '../commands/configure.ts';
import { AgentState } from '../state/agent-state.ts';
import { firstFailure } from './findings.ts';
import type { Step } from './step.ts';

export const powerschoolStep: Step = {
  title: 'PowerSchool server',
  done: ({ settings }, { done }) =>
    settings.powerschool.url !== undefined && done.powerschool === settings.powerschool.url
      ? `PowerSchool is at ${settings.powerschool.url}.`
      : undefined,

  async run({ context, dialog, progress, checks }) {
    const { folder } = context;
    const { settings } = await AgentState.open(folder);
    const powerschoolUrl = await dialog.answer('powerschoolUrl', { current: settings.powerschool.url });
    const powerschoolCa = dialog.knows('powerschoolCa') ? await dialog.answer('powerschoolCa', { optional: true }) : '';
    await storeSettings(folder, { powerschoolUrl, ...(powerschoolCa === '' ? {} : { powerschoolCa }) });
    // Client id and secret do not exist yet, so nothing more can be tried.
    const failed = await firstFailure(checks(), 'powerschool.', 'powerschool.metadata');
    if (failed === undefined) await progress.note({ powerschool: powerschoolUrl });
    return failed;
  },
};
