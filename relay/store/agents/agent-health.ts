/**
 * The health of agents: what each last reported, and whether it is connected. Written by the endpoint, shown to people.
 */
import { z } from 'zod';
import { HallpassError } from '../../../shared/errors.ts';
import { listed } from '../engine/sql/dialect.ts';
import { readJson } from '../engine/stored-json.ts';
import type { SystemScope, TenantScope } from '../store.ts';

const healthSchema = z.object({
  /** Time of the last report, ISO 8601 in UTC. */
  at: z.string(),
  state: z.enum(['idle', 'cycle', 'waiting', 'problem']),
  /** When it last looked at PowerSchool successfully. */
  lastCycleAt: z.string().optional(),
  lastCycleSeconds: z.number().optional(),
  problem: z.object({ code: z.string(), message: z.string(), since: z.string() }).optional(),
});

export type AgentHealth = z.infer<typeof healthSchema>;

/** @param text as stored; null if the agent has not reported yet @throws HallpassError STORED_VALUE_DAMAGED */
export function parseHealth(text: string | null, agentId: string): AgentHealth | undefined {
  return text === null ? undefined : readJson(healthSchema, text, 'agent', agentId);
}

/** A damaged report is overwritten by the agent's next one. */
function lastProblem(text: string | null, agentId: string): AgentHealth['problem'] {
  try {
    return parseHealth(text, agentId)?.problem;
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    return undefined;
  }
}

/** Stores an agent's report. A problem that persists keeps its start time. */
export async function noteHealth(
  { db, tenantId }: TenantScope,
  agentId: string,
  reported: {
    at: string;
    state: AgentHealth['state'];
    lastCycleAt?: string | undefined;
    lastCycleSeconds?: number | undefined;
    problem?: { code: string; message: string } | undefined;
  },
): Promise<void> {
  const row = await db
    .selectFrom('agent')
    .select('health')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', agentId)
    .executeTakeFirst();
  const before = lastProblem(row?.health ?? null, agentId);
  const { at, state, lastCycleAt, lastCycleSeconds, problem } = reported;
  const since = problem !== undefined && before?.code === problem.code ? before.since : reported.at;
  const health: AgentHealth = {
    ...{ at, state },
    ...(lastCycleAt !== undefined && { lastCycleAt }),
    ...(lastCycleSeconds !== undefined && { lastCycleSeconds }),
    ...(problem !== undefined && { problem: { code: problem.code, message: problem.message, since } }),
  };
  await db
    .updateTable('agent')
    .set({ health: JSON.stringify(health), last_seen_at: reported.at })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', agentId)
    .execute();
}

/** These agents are disconnected, without newer connections. */
export async function noteDisconnected({ db }: SystemScope, agentIds: readonly string[], now: Date): Promise<void> {
  await db
    .updateTable('agent')
    .set({ connected_since: null, last_seen_at: now.toISOString() })
    .where('id', 'in', listed(db, agentIds))
    .execute();
}

/** At the start of a relay no agent is connected, whatever a killed relay left in the table. */
export async function forgetConnections({ db }: SystemScope): Promise<void> {
  await db.updateTable('agent').set({ connected_since: null }).where('connected_since', 'is not', null).execute();
}
