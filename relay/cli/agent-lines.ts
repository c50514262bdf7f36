/** Agents as the commands show them. */
import { printableLine } from '../../shared/printable.ts';

import { ago, describeCondition } from '../app/queries/agent-condition.ts';
import type { ListedAgent } from '../app/queries/agents.ts';
import { silentProxies } from '../http/link/silent-proxies.ts';

/** Its condition, in a few words. */
export function stateOf({ health, ...agent }: ListedAgent, nowMs: number): string {
  return describeCondition({ ...agent, health: health ?? undefined }, nowMs);
}

/** What agents report as problems, and where to fix them. A disconnected agent reported it before it left. */
export function* agentProblems(agents: readonly ListedAgent[], nowMs: number): Iterable<string> {
  for (const { name, health, condition } of agents) {
    if (condition === 'revoked' || health?.problem === undefined) continue;
    const { code, message, since } = health.problem;
    const when =
      condition === 'problem' ? `for ${ago(since, nowMs).replace(/ ago$/, '')}` : `when it was last heard of`;
    yield `Agent ${printableLine(name)} has a problem ${when}: ${code}\n  ${printableLine(message)}\n  → On the agent's machine: hallpass-agent check`;
  }
}

/** What the relay has seen of the proxies in front of it since it started. */
export async function proxyProblems(home: string): Promise<string[]> {
  return (await silentProxies(home)).map(
    ({ proxy, since }) =>
      `The trusted proxy ${proxy} does not say where connections come from (since ${since}): all agents behind it share the limits of one address.\n  → Let it send X-Forwarded-For, or the PROXY protocol with "hallpass-relay configure --proxy-protocol"; docs/relay.md has examples`,
  );
}
