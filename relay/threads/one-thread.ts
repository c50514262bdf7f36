/** One thread as the main thread sees it: turns under way in it, what they ask of the budget, and what they log. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { fail, reasonOf } from '../../shared/errors.ts';
import { fromCarried, threadFile } from '../../shared/threads.ts';
import type { TurnOrder } from '../sync/turns.ts';
import type { FromThread, ThreadStart, ToThread } from './messages.ts';

interface LogLine extends Record<string, unknown> {
  level: 'info' | 'warn' | 'error' | 'fatal';
}

interface Turn extends Pick<TurnOrder, 'budget' | 'wakes' | 'begun'> {
  ended: PromiseWithResolvers<number | undefined>;
}

export class OneThread {
  readonly #worker: Worker;
  readonly #log: Logger;
  readonly #turns = new Map<number, Turn>();
  readonly #asks = new Map<number, AbortController>();
  #turnsSoFar = 0;
  #isOver = false;

  constructor(start: ThreadStart, log: Logger) {
    this.#log = log;
    this.#worker = new Worker(threadFile(import.meta.url, 'turn-thread'), { workerData: start });
    this.#worker.on('message', (message: FromThread) => this.#hear(message));
    // Out of memory, mostly: this thread's districts begin again, and nothing else has noticed.
    this.#worker.on('error', (cause) => this.#end(fail('TURN_BROKEN', { reason: reasonOf(cause) }, { cause })));
    this.#worker.on('exit', () => this.#end(fail('TURN_BROKEN', { reason: 'its thread ended' })));
  }

  /** Turns under way. */
  get load(): number {
    return this.#turns.size;
  }

  /** Whether another thread is needed in its place. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @throws HallpassError as a turn, and TURN_BROKEN; the signal's reason */
  async take({ tenant, isForPeople, budget, signal, wakes, begun }: TurnOrder): Promise<number | undefined> {
    signal.throwIfAborted();
    if (this.#isOver) throw fail('TURN_BROKEN', { reason: 'its thread ended' });
    this.#turnsSoFar += 1;
    const turn = this.#turnsSoFar;
    const ended = Promise.withResolvers<number | undefined>();
    this.#turns.set(turn, { budget, wakes, begun, ended });
    const end = () => this.#post({ type: 'end', turn });
    signal.addEventListener('abort', end, { once: true });
    this.#post({ type: 'take', turn, tenant, isForPeople });
    wakes.listen(() => this.#post({ type: 'wake', turn }));
    try {
      return await ended.promise;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
      this.#turns.delete(turn);
    }
  }

  forget(tenantId: string): void {
    this.#post({ type: 'forget', tenantId });
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    const exit = once(this.#worker, 'exit');
    this.#post({ type: 'close' });
    await exit;
  }

  #hear(message: FromThread): void {
    switch (message.type) {
      case 'begun':
        this.#turns.get(message.turn)?.begun(message.profiles);
        return;
      case 'ended':
        this.#turns.get(message.turn)?.wakes.notice(message.noticed);
        this.#turns.get(message.turn)?.ended.resolve(message.dueAt);
        return;
      case 'failed':
        this.#turns.get(message.turn)?.ended.reject(fromCarried(message.error));
        return;
      case 'unable':
        this.#end(fromCarried(message.error));
        return;
      case 'ask':
        this.#grant(message);
        return;
      case 'withdraw':
        this.#asks.get(message.ask)?.abort(new Error('it is no longer needed'));
        return;
      case 'slow down':
        this.#turns.get(message.turn)?.budget.slowDown(...message.answer);
        return;
      case 'fit':
        this.#turns.get(message.turn)?.budget.fitTo(message.users);
        return;
      case 'log':
        this.#repeat(message.line);
    }
  }

  #grant({ turn, ask, cost }: Extract<FromThread, { type: 'ask' }>): void {
    const withdrawn = new AbortController();
    this.#asks.set(ask, withdrawn);
    this.#turns
      .get(turn)
      ?.budget.take(cost, withdrawn.signal)
      .then(
        () => this.#post({ type: 'granted', ask }),
        () => undefined,
      )
      .finally(() => this.#asks.delete(ask));
  }

  /** Writes a line of the thread's log into this one's. */
  #repeat(line: string): void {
    const { level, time, ...facts }: LogLine = JSON.parse(line);
    this.#log[level](facts);
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #end(error: Error): void {
    this.#isOver = true;
    for (const { ended } of this.#turns.values()) ended.reject(error);
    for (const ask of this.#asks.values()) ask.abort(error);
  }
}
