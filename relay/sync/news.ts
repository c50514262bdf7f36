/**
 * Changes during a turn. A committed roster and a decision about a hold join the turn. A changed profile, an edited link,
 * exempt accounts, a blackout and a restart affect everything that was decided: they end the turn between two batches, and the next one starts at
 * once.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Basis, readBasis } from '../store/changes/basis.ts';
import { readClassNames } from './class-names.ts';
import { followDepartures } from './departures.ts';
import type { RunContext } from './run.ts';
import { refreshRoster } from './state/load.ts';
import type { TenantState } from './state/tenant-state.ts';
import type { Wakes } from './wakes.ts';

export interface Taken {
  /** Somebody has decided about a hold. */
  isDecided: boolean;
  isRosterNew: boolean;
}

export class News {
  readonly #wakes: Wakes;
  /** The profiles that may write in this turn. */
  readonly #enabled: readonly string[];
  #basis: Basis;
  /** Why the turn has to end and everything be decided again; undefined if it does not. */
  replacedBy: string | undefined;

  constructor(wakes: Wakes, basis: Basis, enabled: readonly string[]) {
    this.#wakes = wakes;
    this.#basis = basis;
    this.#enabled = enabled;
  }

  get isDue(): boolean {
    return this.#wakes.isRung;
  }

  listen(listener: () => void): void {
    this.#wakes.listen(listener);
  }

  /** Collects the changes since the last call. @param today the district's date, YYYY-MM-DD */
  async take(context: RunContext, tenant: TenantState, today: string): Promise<Taken> {
    const taken = { isDecided: false, isRosterNew: false };
    if (!this.#wakes.notice()) return taken;
    const { store, tenantId } = context;
    const before = this.#basis;
    const now = await store.withTenant(tenantId, readBasis);
    this.#basis = now;
    const enabled = new Set(now.profiles.flatMap(({ name, state }) => (state === 'enabled' ? [name] : [])));
    // Then the loop ends the turn.
    if (this.#enabled.some((name) => !enabled.has(name))) return taken;
    this.replacedBy = reasonToEnd(before, now);
    if (this.replacedBy !== undefined) return taken;
    const { version } = tenant;
    await store.readTenant(tenantId, (scope) => refreshRoster(scope, tenant));
    taken.isRosterNew = tenant.version !== version;
    if (taken.isRosterNew) {
      await followDepartures(context, tenant, today);
      await readClassNames(context, tenant);
    }
    taken.isDecided = now.decidedAt !== before.decidedAt;
    return taken;
  }
}

function reasonToEnd(before: Basis, now: Basis): string | undefined {
  if (!isDeepStrictEqual(before.profiles, now.profiles)) return 'a profile changed';
  if (!isDeepStrictEqual(before.quarantined, now.quarantined)) return 'a profile may not write anymore, or may again';
  if (before.linksEditedAt !== now.linksEditedAt) return 'somebody linked or unlinked a person';
  if (!isDeepStrictEqual(before.exempt, now.exempt)) return 'other accounts are exempt now';
  if (!isDeepStrictEqual(before.blackouts, now.blackouts)) return 'a blackout was added or removed';
  return before.restarts === now.restarts ? undefined : 'a restart was asked for';
}
