/** Two questions to a relay, asked from outside again and again: what is late tells how long it stood still. */
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { AgentDouble } from '../../../relay/testing/agent-double.ts';

/** Between two questions, milliseconds. */
const everyMs = 50;

/**
 * Asks also while the answer to the question before has not come.
 *
 * @param url of the relay, whose authority is trusted
 * @returns milliseconds of every answer, sorted
 */
export async function askForHealth(url: string, signal: AbortSignal): Promise<number[]> {
  const dispatcher = new Agent({ connections: 64 });
  const taken: number[] = [];
  const open = new Set<Promise<void>>();
  const ask = async (): Promise<void> => {
    const from = performance.now();
    try {
      const { body } = await request(`${url}/healthz`, { dispatcher });
      await body.dump();
      taken.push(performance.now() - from);
    } catch {
      // The relay goes down with the demo.
    }
  };
  while (!signal.aborted) {
    const one = ask().finally(() => open.delete(one));
    open.add(one);
    await pause(signal);
  }
  await Promise.all(open);
  await dispatcher.destroy();
  return taken.toSorted((a, b) => a - b);
}

/** @returns milliseconds from each small batch to its acknowledgement, sorted */
export async function sendBatches(agent: AgentDouble, signal: AbortSignal): Promise<number[]> {
  const taken: number[] = [];
  for (let count = 0; !signal.aborted; count += 1) {
    const from = performance.now();
    const school = { id: '1', name: `School ${count}`, schoolNumber: '1' };
    const isAcknowledged = await agent.acked(agent.batch({ kind: 'school', schoolId: 'district' }, [school])).then(
      () => true,
      () => false,
    );
    if (!isAcknowledged) break;
    taken.push(performance.now() - from);
    await pause(signal);
  }
  return taken.toSorted((a, b) => a - b);
}

async function pause(signal: AbortSignal): Promise<void> {
  await wait(everyMs, undefined, { signal }).catch(() => undefined);
}
