/** An agent's current condition, judged from what it reported and when. Pure. */
import { z } from 'zod';
import type { AgentHealth } from '../../store/agents/agent-health.ts';

/**
 * Connected agents are recorded once a minute: more than two and a half minutes without that means that the relay
 * itself is gone.
 */
const stillConnectedMs = 150_000;
/** Longer than the longest usual cycle. An agent announces quiet hours and pauses. */
const silentMs = 45 * 60_000;

export const conditions = ['revoked', 'never', 'away', 'problem', 'silent', 'waiting', 'ok'] as const;
export type Condition = (typeof conditions)[number];

export const conditionSchema = z.enum(conditions).meta({
  description:
    'never: not connected yet. away: not connected. silent: connected, and has not reported for 45 minutes. waiting: paused or in quiet hours.',
});

export interface AgentFacts {
  revokedAt: string | null;
  lastSeenAt: string | null;
  connectedSince: string | null;
  health: AgentHealth | undefined;
}

export function conditionOf({ revokedAt, lastSeenAt, connectedSince, health }: AgentFacts, nowMs: number): Condition {
  if (revokedAt !== null) return 'revoked';
  if (lastSeenAt === null) return 'never';
  const seenMs = nowMs - Date.parse(lastSeenAt);
  if (connectedSince === null || seenMs > stillConnectedMs) return 'away';
  if (health?.problem !== undefined) return 'problem';
  const reportedMs = nowMs - Math.max(Date.parse(health?.at ?? connectedSince), Date.parse(connectedSince));
  if (health?.state === 'waiting') return 'waiting';
  return reportedMs > silentMs ? 'silent' : 'ok';
}

/** `connected, PowerSchool was read 40 seconds ago`; the problem is shown on a separate line. */
export function describeCondition(agent: AgentFacts, nowMs: number): string {
  const { lastSeenAt, health } = agent;
  const read = health?.lastCycleAt === undefined ? '' : `, PowerSchool was read ${ago(health.lastCycleAt, nowMs)}`;
  switch (conditionOf(agent, nowMs)) {
    case 'revoked':
      return `revoked ${agent.revokedAt ?? ''}`.trim();
    case 'never':
      return 'enrolled, has never connected';
    case 'away':
      return `not connected, last seen ${ago(lastSeenAt ?? '', nowMs)}`;
    case 'problem':
      return `connected, has a problem${read}`;
    case 'silent':
      return `connected, has not reported for ${span(health?.at ?? agent.connectedSince ?? '', nowMs)}`;
    case 'waiting':
      return `connected, waiting (paused or quiet hours)${read}`;
    case 'ok':
      return `connected${read}`;
  }
}

/** `3 minutes ago` */
export function ago(at: string, nowMs: number): string {
  return `${span(at, nowMs)} ago`;
}

function span(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1000));
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    const count = Math.floor(seconds / size);
    if (count >= 2 || (count === 1 && unit !== 'minute')) return `${count} ${unit}${count === 1 ? '' : 's'}`;
    if (count === 1) return '1 minute';
  }
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}
