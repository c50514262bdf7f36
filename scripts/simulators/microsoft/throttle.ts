/**
 * Graph's documented limits as token buckets. Identity: resource units and writes, per app and tenant, per app, per
 * tenant. Education: requests per app and tenant, per app; its writes also count as identity writes, because they end
 * there (undocumented: the strict reading). Teams: requests per second, by kind.
 */
import type { Clock } from '../../../shared/clock.ts';
import { GraphError } from './errors.ts';

const seconds = 1000;
const minutes = 60 * seconds;
/** How far refused requests can push a bucket into debt: Graph reports 0.8 to 1.8 of a limit. */
const deepest = 0.8;
/** Graph reports the usage only above this share of a limit. */
const showAbove = 0.8;

type Scope = 'Tenant_Application' | 'Tenant' | 'Application';
type TeamsArea = 'createTeam' | 'makeTeamOfGroup' | 'getTeam' | 'readTeams' | 'writeTeams';
export type Area = 'identity' | 'education' | TeamsArea;
type Kind = 'resourceUnits' | 'writes' | 'education' | 'requests' | TeamsArea;

interface Limit {
  scope: Scope;
  kind: Kind;
  amount: number;
  window: number;
}

const limits: readonly Limit[] = [
  { scope: 'Tenant_Application', kind: 'resourceUnits', amount: 8000, window: 10 * seconds },
  { scope: 'Application', kind: 'resourceUnits', amount: 150_000, window: 20 * seconds },
  { scope: 'Tenant_Application', kind: 'writes', amount: 3000, window: 150 * seconds },
  { scope: 'Application', kind: 'writes', amount: 35_000, window: 5 * minutes },
  { scope: 'Tenant', kind: 'writes', amount: 18_000, window: 5 * minutes },
  { scope: 'Tenant_Application', kind: 'education', amount: 35_000, window: 10 * seconds },
  { scope: 'Application', kind: 'education', amount: 400_000, window: 20 * seconds },
  { scope: 'Tenant_Application', kind: 'createTeam', amount: 10, window: seconds },
  { scope: 'Application', kind: 'createTeam', amount: 100, window: seconds },
  { scope: 'Tenant_Application', kind: 'makeTeamOfGroup', amount: 6, window: seconds },
  { scope: 'Application', kind: 'makeTeamOfGroup', amount: 150, window: seconds },
  { scope: 'Tenant_Application', kind: 'getTeam', amount: 30, window: seconds },
  { scope: 'Tenant_Application', kind: 'readTeams', amount: 30, window: seconds },
  { scope: 'Tenant_Application', kind: 'writeTeams', amount: 30, window: seconds },
  { scope: 'Application', kind: 'requests', amount: 130_000, window: 10 * seconds },
];

/** Resource units per 10 s by number of users: below 50, to 500, above. */
function sizeOfTenant(users: number): number {
  if (users < 50) return 3500;
  return users <= 500 ? 5000 : 8000;
}

export interface Charge {
  area: Area;
  write: boolean;
  /** Resource units. */
  units: number;
  appId: string;
}

/** The limits that all tenants of the application share. */
export class AppLimits {
  buckets: readonly Bucket[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock, speed: number) {
    this.#clock = clock;
    this.setSpeed(speed);
  }

  /** Refills every bucket and scales the limits again. */
  setSpeed(speed: number): void {
    const now = this.#clock.now();
    this.buckets = limits.filter(({ scope }) => scope === 'Application').map((limit) => new Bucket(limit, speed, now));
  }
}

export class Throttle {
  #own: readonly Bucket[] = [];
  readonly #app: AppLimits;
  readonly #clock: Clock;
  readonly #users: () => number;
  readonly #tenantId: string;

  /** @param speed multiplies every limit. */
  constructor(options: { clock: Clock; speed: number; users: () => number; tenantId: string; appLimits?: AppLimits }) {
    this.#clock = options.clock;
    this.#users = options.users;
    this.#tenantId = options.tenantId;
    this.#app = options.appLimits ?? new AppLimits(options.clock, options.speed);
    this.#fill(options.speed);
  }

  /** Refills every bucket, the application's too, and scales the limits again. */
  setSpeed(speed: number): void {
    this.#fill(speed);
    this.#app.setSpeed(speed);
  }

  /** The same for the tenant's own limits alone. */
  setTenantSpeed(speed: number): void {
    this.#fill(speed);
  }

  setAppSpeed(speed: number): void {
    this.#app.setSpeed(speed);
  }

  #fill(speed: number): void {
    const now = this.#clock.now();
    this.#own = limits.filter(({ scope }) => scope !== 'Application').map((limit) => new Bucket(limit, speed, now));
  }

  get #buckets(): readonly Bucket[] {
    return [...this.#own, ...this.#app.buckets];
  }

  /** Charges one request's cost. @returns the headers that report it. @throws 429, in which case it still counts. */
  charge(charge: Charge): Record<string, string> {
    const now = this.#clock.now();
    let tightest: Bucket | undefined;
    const buckets = this.#buckets;
    for (const bucket of buckets) {
      if (bucket.limit.kind === 'resourceUnits' && bucket.limit.scope === 'Tenant_Application') {
        bucket.resize(sizeOfTenant(this.#users()));
      }
      bucket.refill(now);
      const cost = costFor(bucket.limit.kind, charge);
      // Debt in one limit is no reason to refuse a request that does not count against it.
      if (cost > 0 && cost > bucket.tokens && (tightest === undefined || bucket.usage() > tightest.usage()))
        tightest = bucket;
    }
    if (tightest !== undefined) {
      tightest.take(costFor(tightest.limit.kind, charge));
      throw this.#refusal(tightest, charge);
    }
    let usage = 0;
    for (const bucket of buckets) {
      const cost = costFor(bucket.limit.kind, charge);
      if (cost === 0) continue;
      bucket.take(cost);
      usage = Math.max(usage, bucket.usage());
    }
    const headers: Record<string, string> = {};
    if (isDirectory(charge)) headers['x-ms-resource-unit'] = String(charge.units);
    if (usage > showAbove) headers['x-ms-throttle-limit-percentage'] = usage.toFixed(2);
    return headers;
  }

  #refusal(bucket: Bucket, charge: Charge): GraphError {
    const { limit } = bucket;
    const what = limit.kind === 'writes' ? 'Write' : 'ReadWrite';
    // The Teams service only says how long to wait.
    if (limit.kind in teamsAreas) {
      const headers = { 'Retry-After': String(Math.max(1, Math.ceil(bucket.retryAfter() / 1000))) };
      return new GraphError(429, 'TooManyRequests', 'Please retry again later.', { headers });
    }
    const headers: Record<string, string> = {
      'Retry-After': String(bucket.retryAfter() / 1000),
      'x-ms-throttle-limit-percentage': bucket.usage().toFixed(2),
      'x-ms-throttle-scope': `${limit.scope}/${what}/${charge.appId}/${this.#tenantId}`,
    };
    if (limit.kind === 'writes') headers['x-ms-throttle-information'] = 'WriteLimitExceeded';
    if (limit.kind === 'resourceUnits') headers['x-ms-throttle-information'] = 'ResourceUnitLimitExceeded';
    return new GraphError(429, 'TooManyRequests', 'Please retry again later.', { headers });
  }
}

function costFor(kind: Kind, charge: Charge): number {
  switch (kind) {
    case 'resourceUnits':
      return isDirectory(charge) ? charge.units : 0;
    case 'writes':
      return isDirectory(charge) && charge.write ? 1 : 0;
    case 'education':
      return charge.area === 'education' ? 1 : 0;
    case 'requests':
      return 1;
    default:
      return charge.area === kind ? 1 : 0;
  }
}

const teamsAreas = { createTeam: 0, makeTeamOfGroup: 0, getTeam: 0, readTeams: 0, writeTeams: 0 } satisfies Record<
  TeamsArea,
  0
>;

/** Whether it counts for the directory: its own requests, and the education service's writes there. */
function isDirectory({ area, write }: Charge): boolean {
  return area === 'identity' || (area === 'education' && write);
}

class Bucket {
  readonly limit: Limit;
  readonly #speed: number;
  #capacity: number;
  #at: number;
  tokens: number;

  constructor(limit: Limit, speed: number, now: number) {
    this.limit = limit;
    this.#speed = speed;
    this.#capacity = limit.amount * speed;
    this.tokens = this.#capacity;
    this.#at = now;
  }

  resize(amount: number): void {
    const capacity = amount * this.#speed;
    if (capacity === this.#capacity) return;
    this.tokens += capacity - this.#capacity;
    this.#capacity = capacity;
  }

  refill(now: number): void {
    this.tokens = Math.min(this.#capacity, this.tokens + ((now - this.#at) * this.#capacity) / this.limit.window);
    this.#at = now;
  }

  take(cost: number): void {
    this.tokens = Math.max(this.tokens - cost, -deepest * this.#capacity);
  }

  /** 0 when full, 1 when the limit is reached. */
  usage(): number {
    return (this.#capacity - this.tokens) / this.#capacity;
  }

  /** Milliseconds until one hundredth of the limit is free again. */
  retryAfter(): number {
    const wanted = Math.max(this.#capacity / 100, 1) - this.tokens;
    return Math.max(1, Math.ceil((wanted * this.limit.window) / this.#capacity));
  }
}

/** Resource units of a read: `$select` and a small `$top` lower the cost, `$expand` raises it, never below 1. */
export function unitsOf(
  cost: number,
  query: { get(name: string): string | undefined },
  selectedCost = cost - 1,
): number {
  let units = query.get('$select') === undefined ? cost : selectedCost;
  if (query.get('$expand') !== undefined) units += 1;
  const top = query.get('$top');
  if (top !== undefined && Number(top) < 20) units -= 1;
  return Math.max(1, units);
}
