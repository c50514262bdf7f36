/** A district's agents, with how each is. */
import { z } from 'zod';
import type { Agent } from '../../store/agents/agents.ts';
import { conditionOf } from './agent-condition.ts';
import { moment } from './fields.ts';

/** What an agent last said of itself. */
export const agentHealth = z.object({
  at: moment,
  state: z.enum(['idle', 'cycle', 'waiting', 'problem']),
  lastCycleAt: moment.optional().meta({ description: 'When it last looked at PowerSchool successfully.' }),
  lastCycleSeconds: z.number().optional(),
  problem: z.object({ code: z.string(), message: z.string(), since: moment }).optional(),
});

/** @param nowMs milliseconds since the epoch */
export function agentsNow(agents: readonly Agent[], nowMs: number) {
  return agents.map(({ health = null, ...agent }) => ({
    ...agent,
    condition: conditionOf({ ...agent, health: health ?? undefined }, nowMs),
    health,
  }));
}

export type ListedAgent = ReturnType<typeof agentsNow>[number];
