/** Are all required settings present, and can the files that they name be read? */
import { trustedAuthorities } from '../../shared/trust.ts';
import { openProxy } from '../network/proxy.ts';
import { powerschoolSettings } from '../settings/settings.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { Check, CheckContext } from './finding.ts';
import { relayOf } from './relay.ts';
import { fails, failure, pass, warn } from './step.ts';

/** An agent that is not configured fails here; one that is not enrolled is reported by `relay.identity`. */
export async function checkSettings({ state, env }: CheckContext): Promise<Check> {
  const name = 'settings';
  const missing = missingOf(state);
  if (missing.length > 0) {
    const action = 'Run "hallpass-agent setup", which asks for them and continues where it stopped.';
    return { name, ...fails(`Not set: ${missing.join(', ')}.`, action) };
  }
  try {
    const { origin } = powerschoolSettings(state.settings, state.secret);
    const relay = relayOf(state);
    await trustedAuthorities(state.settings.powerschool.caFile);
    await trustedAuthorities(state.settings.relay.caFile);
    await openProxy('powerschool', origin, state, env);
    if (relay !== undefined) await openProxy('relay', relay, state, env);
    const [notice] = state.notices;
    if (notice !== undefined) return { name, ...warn(notice.message, notice.action) };
    return { name, ...pass(`Complete: PowerSchool ${origin.origin}, relay ${relay?.href ?? ''}.`) };
  } catch (error) {
    return failure(name, error);
  }
}

function missingOf(state: AgentState): string[] {
  const { url, clientId } = state.settings.powerschool;
  return [
    ...(url === undefined ? ['address of PowerSchool'] : []),
    ...(clientId === undefined ? ['client id'] : []),
    ...(state.secret === null ? ['client secret'] : []),
    ...(state.settings.relay.url === undefined && state.identity === null ? ['address of the relay'] : []),
  ];
}
