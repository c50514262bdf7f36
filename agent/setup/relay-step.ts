/** First step: the way to the relay, and who this agent is there. */
import { storeSettings } from '../commands/configure.ts';
import { enrollAgent } from '../commands/enroll.ts';
import { AgentState } from '../state/agent-state.ts';
import { failedCheck, failureOf, firstFailure } from './findings.ts';
import type { Topic } from './questions.ts';
import type { SetupParts, Step } from './step.ts';

/** What else may have to be told, by the check that failed. */
const askedAfter: Record<string, Topic[]> = {
  'relay.dns': ['proxy'],
  'relay.tcp': ['proxy'],
  'relay.proxy': ['proxy', 'proxyCredentials'],
  'relay.tls': ['relayCa', 'proxy'],
  'relay.upgrade': ['proxy'],
};

export const relayStep: Step = {
  title: 'Relay',
  done: ({ identity }) =>
    identity === null ? undefined : `Enrolled for ${identity.tenantName} with ${identity.relay}.`,

  async run(parts, trouble) {
    const { context, dialog, checks } = parts;
    await storeWay(parts, askedAfter[failedCheck(trouble) ?? ''] ?? []);
    // Before the code is asked for: it works once, and for ten minutes only.
    const failed = await firstFailure(checks(), 'relay.', 'relay.upgrade');
    if (failed !== undefined) throw failureOf(failed);
    await enrollAgent(context, { code: await dialog.answer('code') });
  },
};

async function storeWay({ context, dialog }: SetupParts, asked: readonly Topic[]): Promise<void> {
  const { settings } = await AgentState.open(context.folder);
  const extra = async (topic: Topic) => {
    const isWanted = dialog.knows(topic) || asked.includes(topic);
    return (isWanted ? await dialog.answer(topic, { optional: true }) : '') || undefined;
  };
  const relayUrl = await dialog.answer('relay', { current: settings.relay.url });
  const relayCa = await extra('relayCa');
  const proxy = await extra('proxy');
  const credentials = await extra('proxyCredentials');
  const name = await extra('name');
  const told = Object.entries({ relayUrl, relayCa, proxy, name }).filter(([, value]) => value !== undefined);
  await storeSettings(context.folder, Object.fromEntries(told), { proxy: credentials });
}
