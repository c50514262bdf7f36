/** A district's agents, each with its condition. */
import { z } from 'zod';
import { type Agent, listAgents } from '../../store/agents/agents.ts';
import type { Actor } from '../actor.ts';
import { ask, type StoreContext, type TenantRef } from '../perform.ts';
import { conditionOf, conditionSchema } from './agent-condition.ts';
import { moment } from './fields.ts';

/** What an agent last reported about itself. */
export const agentHealth = z.object({
  at: moment,
  state: z.enum(['idle', 'cycle', 'waiting', 'problem']),
  lastCycleAt: moment.optional().meta({ description: 'When it last looked at PowerSchool successfully.' }),
  lastCycleSeconds: z.number().optional(),
  problem: z.object({ code: z.string(), message: z.string(), since: moment }).optional(),
});

export const listedAgentSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  createdAt: moment,
  lastSeenAt: moment.nullable(),
  revokedAt: moment.nullable(),
  condition: conditionSchema,
  connectedSince: moment.nullable(),
  health: agentHealth.nullable(),
});

/** Those of a district, revoked ones included. */
export async function agentsOf(context: StoreContext, actor: Actor, tenant: TenantRef): Promise<Agent[]> {
  return await ask(context, actor, { question: 'agents', tenant }, listAgents);
}

/** @param nowMs milliseconds since the epoch */
export function agentsNow(agents: readonly Agent[], nowMs: number) {
  return agents.map(({ health = null, ...agent }) => ({
    ...agent,
    condition: conditionOf({ ...agent, health: health ?? undefined }, nowMs),
    health,
  }));
}

export type ListedAgent = ReturnType<typeof agentsNow>[number];
