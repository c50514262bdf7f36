/**
 * Waits for Graph's limits before anything is chosen to be sent: what is urgent by then goes first, and not what was ready when the
 * waiting began. With four batches chosen beforehand, each step of an edit waited four seconds in the middle of a load.
 */
import { batchLimit } from '../../graph/batch.ts';
import type { GraphClient } from '../../graph/client.ts';

/** Graph's limit has 120 writes more at once than ours: so many places may be kept although Graph has forgotten them. */
const mostSpare = 80;

export class Admission {
  readonly #client: Pick<GraphClient, 'reserve'>;
  /** Places that are waited for. */
  #awaited = 0;
  /** Places that were paid for, and left empty. */
  #spare = 0;

  constructor(client: Pick<GraphClient, 'reserve'>) {
    this.#client = client;
  }

  /**
   * @param ready how many writes there are to send
   * @returns for how many of them there is a place now; none where others wait with them all
   */
  async enter(ready: number): Promise<number> {
    const wanted = Math.min(batchLimit, ready - this.#awaited);
    if (wanted <= 0) return 0;
    this.#awaited += wanted;
    // One at least: so a pause that Graph has asked for holds everybody.
    const count = Math.max(1, wanted - this.#spare);
    this.#spare -= wanted - count;
    await this.#client.reserve({ units: count, writes: count }).finally(() => {
      this.#awaited -= wanted;
    });
    return wanted;
  }

  /** So many places were left empty. */
  leave(count: number): void {
    this.#spare = Math.min(mostSpare, this.#spare + count);
  }
}
