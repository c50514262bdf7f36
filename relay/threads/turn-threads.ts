/**
 * Turns of tenants in threads, so that the main thread answers agents and pages while a district is planned. A tenant stays
 * with its thread, which keeps what it knows of it. Small districts have threads of their own: none of them waits for the
 * planning of a large one.
 */
import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { leastLoaded } from '../../shared/threads.ts';
import type { RequestBudget } from '../graph/budget.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import type { RelaySettings } from '../settings/settings.ts';
import { storeAddress } from '../settings/settings.ts';
import { countRecords } from '../store/roster/mirror.ts';
import type { Store } from '../store/store.ts';
import type { TurnOrder, Turns } from '../sync/turns.ts';
import { OneThread } from './one-thread.ts';
import { type ShortTurn, ShortTurns } from './precedence.ts';

/** Records beyond which a cold plan takes more than half a second or so: some 5,000 students with their enrollments. */
const manyRecords = 50_000;

export interface TurnThreadsOptions {
  /** The state folder. */
  home: string;
  keyFile: string | undefined;
  settings: RelaySettings;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables | undefined;
  store: Store;
  log: Logger;
  /** The most threads for small districts, and for large ones; by the number of cores unless said otherwise. */
  most?: Readonly<Record<Size, number>>;
}

type Size = 'small' | 'large';

export class TurnThreads implements Turns {
  readonly #options: TurnThreadsOptions;
  readonly #most: Readonly<Record<Size, number>>;
  readonly #threads: Record<Size, OneThread[]> = { small: [], large: [] };
  /** By tenant, of those that had a turn. */
  readonly #owners = new Map<string, OneThread>();
  readonly #shortTurns = new ShortTurns();

  constructor(options: TurnThreadsOptions) {
    this.#options = options;
    const cores = availableParallelism();
    this.#most = options.most ?? { small: Math.max(1, cores >> 1), large: Math.min(4, Math.max(2, cores)) };
  }

  get underWay(): number {
    return Object.values(this.#threads)
      .flat()
      .reduce((sum, thread) => sum + thread.load, 0);
  }

  async take(order: TurnOrder): Promise<number | undefined> {
    const { id } = order.tenant;
    const short = this.#shortTurns.begin();
    try {
      const records = await this.#options.store.readTenant(id, countRecords);
      const thread = this.#threadFor(id, records > manyRecords ? 'large' : 'small');
      return await thread.take({ ...order, budget: counted(order.budget, short) });
    } finally {
      short.end();
    }
  }

  forget(tenantId: string): void {
    this.#owners.get(tenantId)?.forget(tenantId);
    this.#owners.delete(tenantId);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#threads).flatMap((threads) => threads.map((thread) => thread.close())));
  }

  /** The thread that had the tenant before, or else the one with the least to do. */
  #threadFor(tenantId: string, size: Size): OneThread {
    const threads = this.#threads[size];
    const before = this.#owners.get(tenantId);
    if (before?.isOver === false && threads.includes(before)) return before;
    before?.forget(tenantId);
    const thread = leastLoaded(threads, this.#most[size], () => this.#open());
    this.#owners.set(tenantId, thread);
    return thread;
  }

  #open(): OneThread {
    const { home, keyFile, settings, proxies, log } = this.#options;
    const shortTurns = this.#shortTurns.shared;
    return new OneThread({ file: storeAddress(home, settings), home, keyFile, settings, proxies, shortTurns }, log);
  }
}

function counted(budget: RequestBudget, short: ShortTurn): RequestBudget {
  return {
    take: (cost, signal) => {
      short.ask();
      return budget.take(cost, signal);
    },
    slowDown: (...answer) => budget.slowDown(...answer),
    fitTo: (users) => budget.fitTo(users),
  };
}
