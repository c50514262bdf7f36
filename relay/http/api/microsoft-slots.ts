/**
 * Limits requests to Microsoft 365 on behalf of API clients: few at a time, because runs share the same throttling
 * limits.
 */
import { fail } from '../../../shared/errors.ts';

/** At a time, for all districts. */
const mostAtOnce = 4;
const retryAfterMs = 5000;

export class MicrosoftSlots {
  readonly #open = new Set<string>();

  /** @throws HallpassError API_MICROSOFT_BUSY, and what `work` throws */
  async take<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    if (this.#open.has(tenantId) || this.#open.size >= mostAtOnce) {
      throw fail('API_MICROSOFT_BUSY', {}, { retryAfterMs });
    }
    this.#open.add(tenantId);
    try {
      return await work();
    } finally {
      this.#open.delete(tenantId);
    }
  }
}
