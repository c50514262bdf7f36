/** Good agents: each sends a small batch, waits for the acknowledgment, pauses, and sends the next. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type AgentDouble, connectDouble } from '../../../relay/testing/agent-double.ts';
import { enrollFrom } from './enroll.ts';

const schools = { kind: 'school', schoolId: 'district' } as const;
const pauseMs = 50;

/** Milliseconds from batch to acknowledgment, of all good agents together. */
export interface Latencies {
  sorted: number[];
  /** Connections that ended, and acknowledgments that had not come at the end of the time. */
  lost: number;
}

export async function connectGood(url: string, code: string, at: number): Promise<AgentDouble> {
  const agent = await connectDouble(url, await enrollFrom(`127.0.2.${at + 1}`, url, code));
  if ('status' in agent) throw new RangeError(`a good agent was refused with ${agent.status}`);
  await agent.hello();
  await agent.acked(agent.begin(randomUUID()));
  return agent;
}

/**
 * An acknowledgment that has not come when the time is over counts with what it has taken until then.
 *
 * @param graceMs for the last one, beyond the time
 */
export async function latencies(agents: readonly AgentDouble[], seconds: number, graceMs: number): Promise<Latencies> {
  const sorted: number[] = [];
  let lost = 0;
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    agents.map(async (agent, index) => {
      for (let count = 0; performance.now() < end; count += 1) {
        const from = performance.now();
        const number = `${index}`;
        const acked = agent.acked(
          agent.batch(schools, [{ id: number, name: `School ${count}`, schoolNumber: number }]),
        );
        const left = new AbortController();
        const came = await Promise.race([
          acked.then(
            () => true,
            () => false,
          ),
          wait(end + graceMs - from, false, { signal: left.signal }),
        ]);
        left.abort();
        sorted.push(performance.now() - from);
        if (!came) {
          lost += 1;
          return;
        }
        await wait(pauseMs);
      }
    }),
  );
  return { sorted: sorted.sort((a, b) => a - b), lost };
}

/** The value that this share of all does not exceed. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
