/** Plans on demand: few at a time, each in a thread, so that a request takes nothing from the others. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { type CarriedError, fromCarried, threadFile } from '../../../shared/threads.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import type { queries } from './query.ts';

/** Plans at a time. A plan of 100,000 people takes a core for some ten seconds and up to 1.7 GB (scripts/bench/plan.ts). */
const maxPlans = 2;
/** The longest that an answer may take, with the time to send it, milliseconds. */
const longestMs = 10 * 60_000;
/** When to ask again if no slot is free, milliseconds. */
const retryAfterMs = 5000;

export interface PlanQuestion {
  /** The database. */
  file: string;
  tenant: Tenant;
  /** The time at which the plan would be made, milliseconds since the epoch. */
  nowMs: number;
  query: z.output<typeof queries.plan>;
  /** As a table; else as JSON. */
  csv: boolean;
}

/** What the thread sends for every time that it is asked. */
export type PlanMessage = { piece: string } | { end: true } | { error: CarriedError };

export class PlanSlots {
  readonly #open = new Set<PlanQuestion>();
  readonly #signal: AbortSignal;

  /** @param signal aborted when the relay goes down */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * The text of the answer in pieces, once the first is there. The tenant is busy until the last has been taken, or the
   * pieces are returned, or the time for it is over.
   *
   * @throws HallpassError PLAN_UNDER_WAY, PLANS_TOO_MANY, RELAY_BUSY, and those of planNow
   */
  async ask(question: PlanQuestion): Promise<AsyncIterable<string>> {
    const ofTenant = [...this.#open].some(({ tenant }) => tenant.id === question.tenant.id);
    if (ofTenant) throw fail('PLAN_UNDER_WAY', {}, { retryAfterMs });
    if (this.#open.size >= maxPlans) throw fail('PLANS_TOO_MANY', {}, { retryAfterMs });
    this.#open.add(question);
    const pieces = this.#work(question);
    // What goes wrong with a plan does so before its first piece, while there is still time for another status.
    let first: IteratorResult<string> | undefined = await pieces.next();
    const next = async () => {
      const result = first ?? (await pieces.next());
      first = undefined;
      return result;
    };
    // No generator around it: one that was never begun would not pass its return on.
    return { [Symbol.asyncIterator]: () => ({ next, return: () => pieces.return(undefined) }) };
  }

  async *#work(question: PlanQuestion): AsyncGenerator<string> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(longestMs)]);
    const worker = new Worker(threadFile(import.meta.url, 'plan-thread'), { workerData: question });
    // Anyone who waits for a message hears of it too; with nobody waiting it must not end the relay.
    worker.on('error', () => undefined);
    const end = () => {
      this.#open.delete(question);
      void worker.terminate();
    };
    // A reader that stalls is not waiting for a message.
    signal.addEventListener('abort', end, { once: true });
    try {
      for (;;) {
        const message = await nextFrom(worker, signal);
        if ('error' in message) throw fromCarried(message.error);
        if ('end' in message) return;
        yield message.piece;
      }
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }
}

async function nextFrom(worker: Worker, signal: AbortSignal): Promise<PlanMessage> {
  worker.postMessage('next');
  try {
    const [message] = await once(worker, 'message', { signal });
    return message;
  } catch (error) {
    throw signal.aborted ? fail('RELAY_BUSY', {}, { cause: error }) : error;
  }
}
