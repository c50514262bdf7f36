/** Agents as the commands show them. */
import { ago, describeCondition } from '../answers/agent-condition.ts';
import type { ListedAgent } from '../answers/agents.ts';

/** How it is, in a few words. */
export function stateOf({ health, ...agent }: ListedAgent, nowMs: number): string {
  return describeCondition({ ...agent, health: health ?? undefined }, nowMs);
}

/** What agents complain of, and where it can be mended. An agent that is away said so before it went. */
export function* agentProblems(agents: readonly ListedAgent[], nowMs: number): Iterable<string> {
  for (const { name, health, condition } of agents) {
    if (condition === 'revoked' || health?.problem === undefined) continue;
    const { code, message, since } = health.problem;
    const when =
      condition === 'problem' ? `for ${ago(since, nowMs).replace(/ ago$/, '')}` : `when it was last heard of`;
    yield `Agent ${name} has a problem ${when}: ${code}\n  ${message}\n  → On the agent's machine: hallpass-agent check`;
  }
}
