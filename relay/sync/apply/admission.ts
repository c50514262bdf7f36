/**
 * Waits for Graph's limits before anything is chosen to be sent: what is urgent by then goes first, and not what was ready when the
 * waiting began. With four batches chosen beforehand, each step of an edit waited four seconds in the middle of a load.
 */
import { batchLimit } from '../../graph/batch.ts';
import type { GraphClient } from '../../graph/client.ts';

/** Places that are waited for at once, at 19.2 a second: an edit waits no longer for the rest of its batch. */
const portion = 5;
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
   * Who has an edit, or little to do at all, does not wait for the loads of other tenants.
   *
   * @param ready how many writes there are to send
   * @param isUrgent whether one of them should not wait for the others
   * @returns for how many of them there is a place now; none where others wait with them all
   */
  async enter(ready: number, isUrgent: () => boolean): Promise<number> {
    const wanted = Math.min(batchLimit, ready - this.#awaited);
    if (wanted <= 0) return 0;
    this.#awaited += wanted;
    // One at least is asked for: so a pause that Graph has asked for holds everybody.
    let places = Math.min(this.#spare, wanted - 1);
    this.#spare -= places;
    try {
      do {
        const count = Math.min(portion, wanted - places);
        await this.#client.reserve({ units: count, writes: count, isUrgent: isUrgent() || ready <= portion });
        places += count;
      } while (places < wanted && !isUrgent());
    } finally {
      this.#awaited -= wanted;
    }
    return places;
  }

  /** So many places were left empty. */
  leave(count: number): void {
    this.#spare = Math.min(mostSpare, this.#spare + count);
  }
}
