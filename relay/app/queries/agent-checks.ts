/** What the relay can tell of an agent by itself, check by check: what its own "check" looks at stays on its machine. Pure. */
import { hallpassVersion } from '../../../shared/version.ts';
import { ago } from './agent-condition.ts';
import type { ListedAgent } from './agents.ts';

export interface AgentCheck {
  name: string;
  /** `unknown`: nothing has been heard of it yet. */
  state: 'ok' | 'doubtful' | 'broken' | 'unknown';
  /** Sentences. `action` is null where nothing is to be done. */
  fact: string;
  action: string | null;
}

const runCheck = 'On the agent\'s machine run "hallpass-agent check": it says what is wrong, and who can fix it.';

/** @param nowMs milliseconds since the epoch */
export function agentChecks(agent: ListedAgent, nowMs: number): AgentCheck[] {
  return [connection(agent, nowMs), reports(agent, nowMs), powerschool(agent, nowMs), version(agent)];
}

function connection({ condition, lastSeenAt, connectedSince }: ListedAgent, nowMs: number): AgentCheck {
  const name = 'Connection';
  if (condition === 'revoked') return { name, state: 'broken', fact: 'It was revoked.', action: null };
  if (lastSeenAt === null) {
    const action = 'Finish "hallpass-agent setup" on its machine, or start its service.';
    return { name, state: 'unknown', fact: 'It has enrolled and never connected.', action };
  }
  if (condition === 'away') {
    return { name, state: 'broken', fact: `Not connected; last seen ${ago(lastSeenAt, nowMs)}.`, action: runCheck };
  }
  return { name, state: 'ok', fact: `Connected for ${since(connectedSince, nowMs)}.`, action: null };
}

function reports({ condition, health }: ListedAgent, nowMs: number): AgentCheck {
  const name = 'Reports';
  if (health === null) return { name, state: 'unknown', fact: 'It has not reported yet.', action: null };
  const fact = `Last report ${ago(health.at, nowMs)}.`;
  if (condition === 'silent') return { name, state: 'broken', fact, action: runCheck };
  if (condition === 'waiting') {
    const action = 'Somebody paused it on its local page, or these are its quiet hours.';
    return { name, state: 'doubtful', fact: `${fact} It is waiting.`, action };
  }
  return { name, state: 'ok', fact, action: null };
}

function powerschool({ health }: ListedAgent, nowMs: number): AgentCheck {
  const name = 'PowerSchool';
  if (health?.problem !== undefined) {
    const { code, message, since: at } = health.problem;
    return { name, state: 'broken', fact: `${code} for ${since(at, nowMs)}: ${message}`, action: runCheck };
  }
  if (health?.lastCycleAt === undefined) {
    return { name, state: 'unknown', fact: 'It has not read PowerSchool yet.', action: null };
  }
  const { lastCycleAt, lastCycleSeconds: seconds } = health;
  const took = seconds === undefined ? '' : `, in ${seconds.toFixed(1)} s`;
  return { name, state: 'ok', fact: `Read ${ago(lastCycleAt, nowMs)}${took}.`, action: null };
}

function version({ version: own }: ListedAgent): AgentCheck {
  const name = 'Version';
  if (own === hallpassVersion) return { name, state: 'ok', fact: `${own}, like the relay.`, action: null };
  const action = 'Both work together. Install the same version on its machine when you can.';
  return { name, state: 'doubtful', fact: `${own}; the relay is ${hallpassVersion}.`, action };
}

/** `3 minutes` */
function since(at: string | null, nowMs: number): string {
  return at === null ? 'some time' : ago(at, nowMs).replace(/ ago$/, '');
}
