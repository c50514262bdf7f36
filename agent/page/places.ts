/** The hosts of this district behind the stations on the page, never with a path or a password. */
import { relayAddress } from '../model/addresses.ts';
import { openProxy } from '../network/proxy.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { Places } from './stations.ts';

/** Never fails: the checks report unusable settings. */
export async function placesOf(state: AgentState, env: NodeJS.ProcessEnv): Promise<Places> {
  const relay = state.settings.relay.url ?? state.identity?.relay;
  return {
    powerschool: hostOf(state.settings.powerschool.url),
    relay: hostOf(relay),
    proxy: relay === undefined ? undefined : await proxyOf(relay, state, env).catch(() => undefined),
  };
}

async function proxyOf(relay: string, state: AgentState, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return (await openProxy('relay', relayAddress(relay), state, env))?.url.host;
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : (URL.parse(url)?.host ?? url);
}
