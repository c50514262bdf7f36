/** Agents: enrolled with a code, and revoked. */
import { fail } from '../../../shared/errors.ts';
import { didYouMean } from '../../../shared/nearest.ts';
import { type Agent, issueCode, listAgents, revokeAgent } from '../../store/agents/agents.ts';
import { type EnrolledAgent, redeemCode } from '../../store/tenants/system.ts';
import type { Actor } from '../actor.ts';
import { perform, performAcross, type StoreContext, type TenantRef } from '../perform.ts';

/** Creates a one-time code with which an agent enrolls; it cannot be shown again. */
export async function makeCode(
  context: StoreContext,
  actor: Actor,
  { tenant }: { tenant: TenantRef },
): Promise<{ code: string; expiresAt: string }> {
  return await perform(context, actor, { action: 'agent.code', tenant }, ({ write }) =>
    write(async (scope, now) => {
      const issued = await issueCode(scope, now);
      return { outcome: issued, entries: [{ expiresAt: issued.expiresAt }] };
    }),
  );
}

/** @returns undefined when the code is wrong, expired or used, which the caller must not distinguish */
export async function enrollAgent(
  context: StoreContext,
  given: { code: string; name: string; publicKey: string; version: string },
): Promise<EnrolledAgent | undefined> {
  const actor = { kind: 'agent', name: given.name } as const;
  return await performAcross(context, actor, 'agent.enroll', async (scope, now) => {
    const agent = await redeemCode(scope, given, now);
    const entries = agent === undefined ? [] : [{ tenantId: agent.tenantId, detail: { agent: agent.agentId } }];
    return { outcome: agent, entries };
  });
}

/**
 * Revokes an agent for good; revoking it again keeps the first time.
 *
 * @param asked `agent`: id or name
 * @returns the agent as it was
 * @throws HallpassError AGENT_NOT_FOUND, AGENT_AMBIGUOUS
 */
export async function shutOut(
  context: StoreContext,
  actor: Actor,
  { tenant: named, agent: given }: { tenant: TenantRef; agent: string },
): Promise<Agent> {
  return await perform(context, actor, { action: 'agent.revoke', tenant: named }, ({ tenant, write }) =>
    write(async (scope, now) => {
      const agent = chooseAgent(await listAgents(scope), tenant.slug, given);
      await revokeAgent(scope, agent.id, now);
      return { outcome: agent, entries: [{ agent: agent.id, name: agent.name }] };
    }),
  );
}

/** Finds it by its id, or by its name if only one agent has it; agents that are not revoked take precedence. */
function chooseAgent(agents: readonly Agent[], tenant: string, given: string): Agent {
  const byId = agents.find(({ id }) => id === given);
  if (byId !== undefined) return byId;
  const named = agents.filter(({ name }) => name.toLowerCase() === given.trim().toLowerCase());
  const enrolled = named.filter(({ revokedAt }) => revokedAt === null);
  const [agent, another] = enrolled.length > 0 ? enrolled : named;
  if (agent === undefined) {
    const hint = didYouMean(
      given,
      agents.map(({ name }) => name),
    );
    throw fail('AGENT_NOT_FOUND', { agent: given, tenant, hint });
  }
  if (another === undefined) return agent;
  const list = (enrolled.length > 0 ? enrolled : named)
    .map(({ id, lastSeenAt }) => `${id} (last seen ${lastSeenAt ?? 'never'})`)
    .join(', ');
  throw fail('AGENT_AMBIGUOUS', { agent: given, agents: list });
}
