/** First step: the connection to the relay, and who this agent is there. */
import { printableLine } from '../../shared/printable.ts';
import type { Check } from '../check/finding.ts';
import { storeSettings } from '../commands/configure.ts';
import { enrollAgent } from '../commands/enroll.ts';
import { AgentState } from '../state/agent-state.ts';
import { firstFailure } from './findings.ts';
import type { Topic } from './questions.ts';
import type { SetupParts, Step } from './step.ts';

export const relayStep: Step = {
  title: 'Relay',
  done: ({ identity }) =>
    identity === null ? undefined : `Enrolled for ${printableLine(identity.tenantName)} with ${identity.relay}.`,

  async run(parts): Promise<Check | undefined> {
    const { context, dialog, checks } = parts;
    await storeWay(parts);
    // Before asking for the code: it works once, and only for ten minutes.
    const failed = await firstFailure(checks(), 'relay.', 'relay.upgrade');
    if (failed !== undefined) return failed;
    const { identity } = await AgentState.open(context.folder);
    // Only the path was wrong: a known agent stays enrolled.
    if (identity !== null && !dialog.knows('code') && !dialog.restart) return undefined;
    const code = await dialog.answer('code');
    await enrollAgent(context, { code });
    return undefined;
  },
};

async function storeWay({ context, dialog }: SetupParts): Promise<void> {
  const { settings } = await AgentState.open(context.folder);
  const extra = async (topic: Topic) =>
    (dialog.knows(topic) ? await dialog.answer(topic, { optional: true }) : '') || undefined;
  const relayUrl = await dialog.answer('relay', { current: settings.relay.url });
  const relayCa = await extra('relayCa');
  const proxy = await extra('proxy');
  const credentials = await extra('proxyCredentials');
  const name = await extra('name');
  const given = Object.entries({ relayUrl, relayCa, proxy, name }).filter(([, value]) => value !== undefined);
  await storeSettings(context.folder, Object.fromEntries(given), { proxy: credentials });
}
