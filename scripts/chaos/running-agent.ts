/** An agent that goes on over many cycles, and can be asked for one. */

import type { CycleEnd, Moment } from '../../agent/model/watch.ts';
import type { OpenedAgent } from '../../agent/testing/open-agent.ts';
import { openAgent } from '../../agent/testing/open-agent.ts';
import type { Clock } from '../../shared/clock.ts';

/** PowerSchool's answers are waited for this long: much longer than any takes on a busy machine. */
export const patienceMs = 1500;

export class RunningAgent {
  /** Called when a cycle has decided what to read, and after each page: moments at which something can happen to it. */
  interfere: (() => void) | undefined;
  readonly #stop = new AbortController();
  #opened: OpenedAgent | undefined;
  #running: Promise<void> = Promise.resolve();
  #ended: ((end: CycleEnd) => void)[] = [];
  #busy = false;

  static async start(folder: string, relay: URL, clock: Clock): Promise<RunningAgent> {
    const agent = new RunningAgent();
    const opened = await openAgent(folder, relay, agent.#stop.signal, {
      clock,
      powerschoolTimeoutMs: patienceMs,
      watch: (moment) => agent.#heard(moment),
      report: ({ event }) => {
        if (event === 'cycle.progress') agent.interfere?.();
      },
    });
    agent.#opened = opened;
    agent.#running = opened.agent.run();
    // Met by anyone who waits for a cycle or for the end.
    agent.#running.catch(() => undefined);
    return agent;
  }

  /** The next whole cycle: one under way is waited for, and one that is interrupted is begun again by the agent itself. */
  async cycle(): Promise<CycleEnd> {
    if (this.#busy) await this.#end();
    const end = this.#end();
    this.#opened?.agent.syncNow();
    return end;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#opened?.parts.lock.release();
  }

  async #end(): Promise<CycleEnd> {
    const { promise, resolve } = Promise.withResolvers<CycleEnd>();
    this.#ended.push(resolve);
    const gone = this.#running.then(() => {
      throw new Error('the agent has ended');
    });
    return Promise.race([promise, gone]);
  }

  #heard(moment: Moment): void {
    if (moment.moment === 'cycle.began') this.#busy = true;
    if (moment.moment === 'cycle.planned') this.interfere?.();
    if (moment.moment !== 'cycle.ended' || moment.outcome === 'interrupted') return;
    this.#busy = false;
    for (const resolve of this.#ended.splice(0)) resolve(moment);
  }
}
