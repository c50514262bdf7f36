/**
 * A thread that takes turns of tenants, with a connection of its own to the database: seconds of planning that neither agents
 * nor pages wait for. It asks the main thread before each request to Graph, because all tenants share what Graph allows.
 * Started by turn-threads.ts.
 */
import { Writable } from 'node:stream';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../shared/clock.ts';
import { carried } from '../../shared/threads.ts';
import type { RequestBudget } from '../graph/budget.ts';
import { createLog } from '../log/log.ts';
import { openVault } from '../secrets/key-file.ts';
import { openStore } from '../store/store.ts';
import { openTurns, type Turns } from '../sync/turns.ts';
import { Wakes } from '../sync/wakes.ts';
import type { FromThread, ThreadStart, ToThread } from './messages.ts';
import { GivesWay } from './precedence.ts';

class TurnThread {
  readonly #port: MessagePort;
  readonly #turns: Turns;
  readonly #shortTurns: Int32Array;
  readonly #ends = new Map<number, AbortController>();
  readonly #wakes = new Map<number, Wakes>();
  readonly #grants = new Map<number, () => void>();
  #asks = 0;

  constructor(port: MessagePort, turns: Turns, shortTurns: Int32Array) {
    this.#port = port;
    this.#turns = turns;
    this.#shortTurns = shortTurns;
  }

  async hear(message: ToThread): Promise<void> {
    switch (message.type) {
      case 'take':
        return await this.#take(message);
      case 'end':
        return this.#ends.get(message.turn)?.abort(new Error('the turn was ended'));
      case 'wake':
        return this.#wakes.get(message.turn)?.ring();
      case 'forget':
        return this.#turns.forget(message.tenantId);
      case 'granted':
        this.#grants.get(message.ask)?.();
        return;
      case 'close':
        await this.#turns.close();
        this.#port.close();
    }
  }

  async #take({ turn, tenant, isForPeople }: Extract<ToThread, { type: 'take' }>): Promise<void> {
    const end = new AbortController();
    const wakes = new Wakes();
    const precedence = new GivesWay(this.#shortTurns);
    this.#ends.set(turn, end);
    this.#wakes.set(turn, wakes);
    try {
      const dueAt = await this.#turns.take({
        tenant,
        isForPeople,
        budget: this.#budgetOf(turn, precedence),
        signal: end.signal,
        wakes,
        giveWay: () => precedence.pass(),
        begun: (profiles) => this.#post({ type: 'begun', turn, profiles }),
      });
      this.#post({ type: 'ended', turn, dueAt, noticed: wakes.noticed });
    } catch (error) {
      this.#post({ type: 'failed', turn, error: carried(error) });
    } finally {
      this.#ends.delete(turn);
      this.#wakes.delete(turn);
    }
  }

  #budgetOf(turn: number, precedence: GivesWay): RequestBudget {
    return {
      take: (cost, signal) => {
        signal.throwIfAborted();
        precedence.ask();
        this.#asks += 1;
        const ask = this.#asks;
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const withdraw = () => {
          this.#post({ type: 'withdraw', ask });
          reject(signal.reason);
        };
        signal.addEventListener('abort', withdraw, { once: true });
        this.#grants.set(ask, resolve);
        this.#post({ type: 'ask', turn, ask, cost });
        return promise.finally(() => {
          this.#grants.delete(ask);
          signal.removeEventListener('abort', withdraw);
        });
      },
      slowDown: (...answer) => this.#post({ type: 'slow down', turn, answer }),
      fitTo: (users) => this.#post({ type: 'fit', turn, users }),
    };
  }

  #post(message: FromThread): void {
    this.#port.postMessage(message);
  }
}

/** Turns over a store of the thread's own. */
async function openOwnTurns(
  { file, home, keyFile, settings, proxies }: ThreadStart,
  port: MessagePort,
): Promise<Turns> {
  const lines = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      port.postMessage({ type: 'log', line } satisfies FromThread);
      done();
    },
  });
  const store = await openStore(file, { serving: 'turn' });
  const vault = openVault(home, keyFile);
  const log = createLog('json', lines);
  const turns = await openTurns({ store, settings, proxies, vault, clock: systemClock, log, random: Math.random });
  return {
    ...turns,
    async close() {
      await turns.close();
      await store.close();
    },
  };
}

async function serve(port: MessagePort): Promise<void> {
  try {
    const start: ThreadStart = workerData;
    const thread = new TurnThread(port, await openOwnTurns(start, port), start.shortTurns);
    port.on('message', (message: ToThread) => thread.hear(message));
  } catch (error) {
    port.postMessage({ type: 'unable', error: carried(error) } satisfies FromThread);
    port.close();
  }
}

if (parentPort !== null) await serve(parentPort);
