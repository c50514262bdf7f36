/**
 * Waits for Graph's limits before choosing what to send, so whatever is urgent at that time goes first. With four batches
 * chosen beforehand, each step of an edit waited four seconds in the middle of a load.
 */
import { batchLimit } from '../../graph/batch.ts';
import type { GraphClient } from '../../graph/client.ts';

/** Places to wait for at a time, at 19.2 a second: this bounds how long an edit waits for the rest of its batch. */
const portion = 5;
/** Graph's limit allows bursts of 120 more writes than ours, so this many unused places can be kept. */
const mostSpare = 80;

export class Admission {
  readonly #client: Pick<GraphClient, 'reserve'>;
  /** Places being waited for. */
  #awaited = 0;
  /** Places paid for and not used. */
  #spare = 0;

  constructor(client: Pick<GraphClient, 'reserve'>) {
    this.#client = client;
  }

  /**
   * Who has an edit, or little to do at all, does not wait for the loads of other tenants.
   *
   * @param ready how many writes there are to send
   * @param isUrgent whether one of them should not wait for the others
   * @returns for how many of them there is a place now; 0 if other calls already wait for all of them
   */
  async enter(ready: number, isUrgent: () => boolean): Promise<number> {
    const wanted = Math.min(batchLimit, ready - this.#awaited);
    if (wanted <= 0) return 0;
    this.#awaited += wanted;
    // At least one place is requested, so a pause requested by Graph applies to everything.
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

  /** Returns unused places. */
  leave(count: number): void {
    this.#spare = Math.min(mostSpare, this.#spare + count);
  }
}
