/** What turns leave in memory for those after them. */
import type { TenantState } from './tenant-state.ts';

/** People of all tenants that are kept in memory between runs; beyond that the tenant that ran longest ago is forgotten. */
const mostPeople = 200_000;

/**
 * What is known of the tenants that ran last. Taken out for a run and put back only when it ends well, so a failure makes
 * the next run read everything again. At 100,000 students one takes some 600 MB, at 2,000 a few.
 */
export class Memories {
  readonly #known = new Map<string, TenantState>();

  take(tenantId: string): TenantState | undefined {
    const memory = this.#known.get(tenantId);
    this.#known.delete(tenantId);
    return memory;
  }

  keep(tenantId: string, memory: TenantState): void {
    this.#known.set(tenantId, memory);
    let people = 0;
    for (const [id, other] of [...this.#known].reverse()) {
      people += other.roster.people.size;
      if (people > mostPeople && id !== tenantId) this.#known.delete(id);
    }
  }
}
