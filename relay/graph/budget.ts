/**
 * Keeps the relay below Graph's limits instead of running into them. Documented limits (identity and access, 2026): per
 * application and tenant 3,000 writes / 150 s, and 3,500, 5,000 or 8,000 resource units / 10 s by the tenant's size;
 * per application across all tenants 35,000 writes / 300 s and 150,000 resource units / 20 s. Teams (2023): 10
 * creations and 30 reads a second per application and tenant, 100 creations across all tenants. Education writes are
 * assumed to count as identity writes; Microsoft does not say.
 *
 * Other applications share a tenant, so a 429 can come all the same: then the rate is halved, nothing is sent before
 * Retry-After, and what was saved up is withheld. Both come back step by step: within ten seconds after a 429 that comes alone, which is
 * a server's bad moment, and more slowly when more follow, because then somebody else uses the limit.
 */
import type { Clock } from '../../shared/clock.ts';

/**
 * The share of a documented limit that is used. The rest absorbs the difference between our clock and Graph's; a large
 * first sync takes 1 / share times as long as the limit requires.
 */
const share = 0.96;
/** The rate recovers by a tenth of the nominal one, from a half in five steps. */
const shortestStepMs = 2000;
const longestStepMs = 10_000;
/** A 429 this long after the previous one counts as a separate event. */
const aloneAfterMs = 60_000;
/** Several answers in one batch, and in concurrent ones, report the same event. */
const sameEventMs = 1000;

export interface Limit {
  amount: number;
  perSeconds: number;
}

/** A token bucket: `capacity` at once, refilled continuously. Callers are served in order of arrival. */
export class TokenBucket {
  readonly #clock: Clock;
  #capacity: number;
  #nominalPerMs: number;
  #perMs: number;
  #tokens: number;
  #at: number;
  #pausedUntil = 0;
  #slowedAt = Number.NEGATIVE_INFINITY;
  #stepMs = shortestStepMs;
  #recoverAt = 0;
  /** Tokens that come back when the rate does. */
  #withheld = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(limit: Limit, clock: Clock) {
    this.#clock = clock;
    this.#capacity = limit.amount * share;
    this.#nominalPerMs = (limit.amount * share) / (limit.perSeconds * 1000);
    this.#perMs = this.#nominalPerMs;
    this.#tokens = this.#capacity;
    this.#at = clock.now();
  }

  /** Resolves when `amount` tokens are available and have been taken. */
  take(amount: number, signal: AbortSignal): Promise<void> {
    const mine = this.#queue.then(() => this.#takeNow(amount, signal));
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  /** Changes the limit. What was taken stays taken, and a rate lowered by a 429 stays proportionally lower. */
  resize({ amount, perSeconds }: Limit): void {
    this.#refill();
    const lowered = this.#perMs / this.#nominalPerMs;
    this.#tokens += amount * share - this.#capacity;
    this.#capacity = amount * share;
    this.#nominalPerMs = this.#capacity / (perSeconds * 1000);
    this.#perMs = this.#nominalPerMs * lowered;
  }

  /** After a 429 from Graph: nothing for `waitMs`, then half the rate, without a burst. */
  slowDown(waitMs: number): void {
    this.#refill();
    const now = this.#clock.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + waitMs);
    const sinceLast = now - this.#slowedAt;
    if (sinceLast >= sameEventMs) {
      this.#slowedAt = now;
      this.#stepMs = sinceLast > aloneAfterMs ? shortestStepMs : Math.min(longestStepMs, this.#stepMs * 2);
      this.#withheld += Math.max(this.#tokens, 0);
      this.#tokens = Math.min(this.#tokens, 0);
      this.#perMs = Math.max(this.#perMs / 2, this.#nominalPerMs / 20);
    }
    this.#recoverAt = this.#pausedUntil + this.#stepMs;
  }

  async #takeNow(amount: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      this.#refill();
      const now = this.#clock.now();
      const needed = Math.min(amount, this.#capacity);
      if (this.#pausedUntil <= now && this.#tokens >= needed) {
        this.#tokens -= amount;
        return;
      }
      // The next step of a rate that recovers may bring them sooner.
      const toStep = this.#perMs < this.#nominalPerMs ? this.#recoverAt - now : Number.POSITIVE_INFINITY;
      const forTokens = Math.min(toStep, Math.max(0, (needed - this.#tokens) / this.#perMs));
      await this.#clock.sleep(Math.max(1, Math.ceil(Math.max(forTokens, this.#pausedUntil - now))), signal);
    }
  }

  #refill(): void {
    const now = this.#clock.now();
    // If the clock was set back by hours, waiting callers must not wait for those hours again.
    const back = Math.max(0, this.#at - now);
    this.#at -= back;
    this.#pausedUntil -= back;
    this.#recoverAt -= back;
    this.#slowedAt -= back;
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    for (; this.#perMs < this.#nominalPerMs && now >= this.#recoverAt; this.#recoverAt += this.#stepMs) this.#recover();
  }

  #recover(): void {
    const step = this.#nominalPerMs / 10;
    // Rounding must not make one more of what is missing.
    const stepsLeft = Math.max(1, Math.ceil((this.#nominalPerMs - this.#perMs) / step - 1e-9));
    const back = this.#withheld / stepsLeft;
    this.#withheld -= back;
    this.#tokens = Math.min(this.#capacity, this.#tokens + back);
    this.#perMs = stepsLeft === 1 ? this.#nominalPerMs : this.#perMs + step;
  }
}

/** Creating, changing, and reading a team, and reading anything else about one, have separate limits. */
type TeamsRequest = 'create' | 'write' | 'get' | 'read';

export interface Cost {
  /** Resource units. */
  units: number;
  writes: number;
  /** Set for a request to the Teams service, which has its own limits and does not count against the directory's. */
  teams?: TeamsRequest;
}

/** What all tenants of this relay share. */
export interface AppBudget {
  units: TokenBucket;
  writes: TokenBucket;
  newTeams: TokenBucket;
}

/** What a Graph client asks before it sends. */
export type RequestBudget = Pick<GraphBudget, 'take' | 'slowDown' | 'fitTo'>;

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
    this.#writes = new TokenBucket({ amount: 3000 * speed, perSeconds: 150 }, clock);
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

  async take(cost: Cost, signal: AbortSignal): Promise<void> {
    if (cost.teams !== undefined) {
      await this.#teams[cost.teams].take(1, signal);
      if (cost.teams === 'create') await this.#app.newTeams.take(1, signal);
      return;
    }
    await this.#units.take(cost.units, signal);
    await this.#app.units.take(cost.units, signal);
    if (cost.writes === 0) return;
    await this.#writes.take(cost.writes, signal);
    await this.#app.writes.take(cost.writes, signal);
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
