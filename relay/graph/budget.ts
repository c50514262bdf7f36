/**
 * Keeps the relay below Graph's limits instead of running into them. Documented limits (identity and access, 2026): per
 * application and tenant 3,000 writes / 150 s, and 3,500, 5,000 or 8,000 resource units / 10 s by the tenant's size;
 * per application across all tenants 35,000 writes / 300 s and 150,000 resource units / 20 s. Teams (2023): 10
 * creations and 30 reads a second per application and tenant, 100 creations across all tenants. Education writes are
 * assumed to count as identity writes; Microsoft does not say.
 *
 * What all tenants share is dealt out evenly among those that wait for it, and edits go before loads (fair-queue.ts).
 */
import type { Clock } from '../../shared/clock.ts';
import { type Limit, TokenBucket } from './token-bucket.ts';

/** Creating, changing, and reading a team, and reading anything else about one, have separate limits. */
type TeamsRequest = 'create' | 'write' | 'get' | 'read';

export interface Cost {
  /** Resource units. */
  units: number;
  writes: number;
  /** Set for a request to the Teams service, which has its own limits and does not count against the directory's. */
  teams?: TeamsRequest;
  /** Does not wait for what other tenants load. */
  isUrgent?: boolean;
}

/** What all tenants of this relay share. */
export interface AppBudget {
  units: TokenBucket;
  writes: TokenBucket;
  newTeams: TokenBucket;
}

/** What a Graph client asks before it sends. */
export type RequestBudget = Pick<GraphBudget, 'take' | 'slowDown' | 'fitTo'>;

/** Writes of an application in one tenant. */
export const tenantWrites = { amount: 3000, perSeconds: 150 } as const;

/** What one tenant may use, within what the application may use across all tenants. */
export class GraphBudget {
  readonly #units: TokenBucket;
  readonly #writes: TokenBucket;
  readonly #teams: Record<TeamsRequest, TokenBucket>;
  readonly #app: AppBudget;
  readonly #speed: number;

  /** With the limits of the smallest tenant until {@link fitTo} gives the tenant's size. */
  constructor(app: AppBudget, clock: Clock, speed: number) {
    this.#speed = speed;
    this.#units = new TokenBucket(unitLimit(0, speed), clock);
    this.#writes = new TokenBucket({ ...tenantWrites, amount: tenantWrites.amount * speed }, clock);
    this.#teams = {
      create: perSecond(10 * speed, clock),
      write: perSecond(30 * speed, clock),
      get: perSecond(30 * speed, clock),
      read: perSecond(30 * speed, clock),
    };
    this.#app = app;
  }

  /** @param users number of accounts in the tenant: Graph's limit of resource units depends on it */
  fitTo(users: number): void {
    this.#units.resize(unitLimit(users, this.#speed));
  }

  async take({ units, writes, teams, isUrgent }: Cost, signal: AbortSignal): Promise<void> {
    if (teams !== undefined) {
      await this.#teams[teams].take(1, signal);
      if (teams === 'create') await this.#app.newTeams.take(1, signal, this, isUrgent);
      return;
    }
    await this.#units.take(units, signal);
    await this.#app.units.take(units, signal, this, isUrgent);
    if (writes === 0) return;
    await this.#writes.take(writes, signal);
    await this.#app.writes.take(writes, signal, this, isUrgent);
  }

  /**
   * @param scope the answer's x-ms-throttle-scope, for instance `Tenant_Application/Write/…`; `Read` and `ReadWrite`
   *   are resource units; without a scope it is the scarcer resource that the request used
   * @param request what was refused
   */
  slowDown(waitMs: number, scope: string | undefined, request: Omit<Cost, 'units'>): void {
    this.#refusedBy(scope, request).slowDown(waitMs);
  }

  #refusedBy(scope: string | undefined, { writes, teams }: Omit<Cost, 'units'>): TokenBucket {
    if (teams !== undefined) return this.#teams[teams];
    const [who, what = writes > 0 ? 'Write' : 'Read'] = scope?.split('/') ?? [];
    if (who === 'Application') return what === 'Write' ? this.#app.writes : this.#app.units;
    return what === 'Write' ? this.#writes : this.#units;
  }
}

/** The buckets that all tenants of this relay share. */
export function appBudget(clock: Clock, speed: number): AppBudget {
  return {
    units: new TokenBucket({ amount: 150_000 * speed, perSeconds: 20 }, clock),
    writes: new TokenBucket({ amount: 35_000 * speed, perSeconds: 300 }, clock),
    newTeams: perSecond(100 * speed, clock),
  };
}

/** Documented classes: fewer than 50 users, up to 500, and more. */
function unitLimit(users: number, speed: number): Limit {
  const amount = users < 50 ? 3500 : users <= 500 ? 5000 : 8000;
  return { amount: amount * speed, perSeconds: 10 };
}

/** A limit per second allows no burst: it is dealt out in tenths, so that no second exceeds it. */
function perSecond(amount: number, clock: Clock): TokenBucket {
  return new TokenBucket({ amount: amount / 10, perSeconds: 0.1 }, clock);
}
