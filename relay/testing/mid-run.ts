/** What happens in the middle of a run of a test: the process is killed, or something is edited while requests are under way. */
import { setImmediate } from 'node:timers/promises';
import type { Transport } from '../graph/transport.ts';
import type { Store } from '../store/store.ts';
import { Wakes } from '../sync/wakes.ts';

export interface HowToRun {
  /** Ends the run in order, as a pause does. */
  signal?: AbortSignal;
  /** The process is killed when it has sent so many requests to Graph: nothing is written to the store from then on. */
  killedAfter?: number;
  /** Likewise, when it has written to the store so often. */
  killedAfterWrites?: number;
  meanwhile?: Meanwhile | undefined;
  /** A turn for people whom somebody wants provisioned at once: no profile runs. */
  isForPeople?: boolean;
  /** Wakes the run while it is under way. */
  wakes?: Wakes;
}

/** Is done when the run has sent so many requests, and the run is woken then; at the end of a run that sends fewer. */
export interface Meanwhile {
  after: number;
  edit(): Promise<void>;
  /** Whether that request, if it writes, is answered only when the edit has been planned: what it does is under way then. */
  isHeld?: boolean;
}

/** Calls of the store that follow one another within a plan leave no gap of so many turns of the event loop. */
const quiet = 20;

export class MidRun {
  readonly wakes: Wakes;
  /** Aborted when the run ends, in order or not. */
  readonly alive: AbortSignal;
  readonly #kill = new AbortController();
  readonly #how: HowToRun;
  #sent = 0;
  #written = 0;
  /** Calls of the store that are under way. */
  #open = 0;
  #edited: Promise<void> | undefined;

  constructor(how: HowToRun) {
    this.#how = how;
    this.wakes = how.wakes ?? new Wakes();
    const { signal } = this.#kill;
    this.alive = how.signal === undefined ? signal : AbortSignal.any([how.signal, signal]);
  }

  /** Requests of the run go through it. */
  transport(real: Transport): Transport {
    const { killedAfter = Number.POSITIVE_INFINITY, meanwhile } = this.#how;
    return {
      ...real,
      send: async (url, init) => {
        this.#sent += 1;
        if (this.#sent > killedAfter) this.#kill.abort(new Error('killed'));
        if (this.#sent !== meanwhile?.after) return await real.send(url, init);
        this.#edited = this.#edit();
        const answer = await real.send(url, init);
        if (meanwhile.isHeld === true && writes(url, init)) await this.#planned();
        return answer;
      },
    };
  }

  store(real: Store): Store {
    const { killedAfterWrites = Number.POSITIVE_INFINITY } = this.#how;
    const counted = async <T>(call: () => Promise<T>) => {
      this.#open += 1;
      return await call().finally(() => {
        this.#open -= 1;
      });
    };
    return {
      ...real,
      readTenant: (id, work) => counted(() => real.readTenant(id, work)),
      withTenant: async (id, work) => {
        this.#kill.signal.throwIfAborted();
        const result = await counted(() => real.withTenant(id, work));
        this.#written += 1;
        if (this.#written >= killedAfterWrites) this.#kill.abort(new Error('killed'));
        return result;
      },
    };
  }

  /** To be called when the run has ended: what was to be edited is by then. */
  async end(): Promise<void> {
    this.#edited ??= this.#edit();
    await this.#edited;
  }

  async #edit(): Promise<void> {
    await this.#how.meanwhile?.edit();
    this.wakes.ring();
  }

  /** The edit is made, and the run has taken it in. */
  async #planned(): Promise<void> {
    await this.#edited;
    while (this.wakes.isRung && !this.alive.aborted) await setImmediate();
    for (let since = 0; since < quiet && !this.alive.aborted; since = this.#open === 0 ? since + 1 : 0)
      await setImmediate();
  }
}

/** Only what carries operations out does: nothing is planned again before that. */
function writes(url: string, { method, body = '' }: Parameters<Transport['send']>[1]): boolean {
  if (!url.includes('/v1.0/') || method === 'GET') return false;
  return !url.endsWith('/$batch') || /"method":"(POST|PATCH|PUT|DELETE)"/.test(body);
}
