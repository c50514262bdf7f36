/** Asks Microsoft 365 now and then how many seats are free of the licenses that profiles assign. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { HallpassError } from '../../shared/errors.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import type { LicenseFacts } from '../alerts/district.ts';
import type { SkuFacts } from '../model/tenant-facts.ts';
import { productName } from '../profile/products.ts';
import type { Profile } from '../profile/profile.ts';
import { licensesUnread, noteLicenses } from '../store/alerts/district-facts.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import type { Store } from '../store/store.ts';
import { lookUpTenant, type Tenant } from '../store/tenants/system.ts';

/** One request for each district in six hours, of five districts at a time. */
const agesMs = 6 * 3_600_000;
const pauseMs = 5 * 60_000;
const districtsAtOnce = 5;

export interface LicenseOptions {
  store: Store;
  /** @throws HallpassError when Microsoft 365 does not answer, or refuses */
  readSkus(tenant: Tenant): Promise<SkuFacts[]>;
  clock: Clock;
  log: Logger;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

/** Begins after a pause: runs come first. Ends with the signal. */
export function startLicenseReadings(options: LicenseOptions): Loop {
  const { clock, log, random, signal } = options;
  return startLoop({
    turn: () => readOld(options),
    pauseMs,
    begin: 'after a pause',
    backoff: { baseMs: 5000, capMs: pauseMs },
    failed: ({ code, message }) =>
      log.error({ event: 'licenses.failed', code, message }, `free licenses are not counted: ${message}`),
    recovered: () => log.info({ event: 'licenses.recovered' }, 'free licenses are counted again'),
    clock,
    random,
    signal,
  });
}

async function readOld({ store, readSkus, clock, log, signal }: LicenseOptions): Promise<void> {
  const since = new Date(clock.now() - agesMs).toISOString();
  const old = await store.readSystem((scope) => licensesUnread(scope, since));
  let asked = 0;
  for (const id of old) {
    if (signal.aborted || asked === districtsAtOnce) return;
    const tenant = await store.readSystem((scope) => lookUpTenant(scope, id));
    if (tenant === undefined) continue;
    const assigned = assignedBy(await store.readTenant(id, readProfiles));
    let found: LicenseFacts[] | undefined = [];
    if (assigned.size > 0) {
      asked += 1;
      found = await readSkus(tenant).then(
        (skus) => skus.filter(({ skuId }) => assigned.has(skuId.toLowerCase())).map(factsOf),
        (error: unknown) => {
          if (!(error instanceof HallpassError)) throw error;
          log.info({ event: 'licenses.unread', tenant: tenant.slug, tenantId: id, code: error.code });
          return undefined;
        },
      );
    }
    const at = new Date(clock.now()).toISOString();
    await store.withTenant(id, (scope) => noteLicenses(scope, found, at));
  }
}

/** Ids of licenses that an account gets by itself. Of a group, Microsoft assigns what the group has. */
function assignedBy(profiles: readonly Profile[]): Set<string> {
  const ids = profiles
    .filter(({ state }) => state !== 'paused')
    .flatMap(({ licenses: { students, teachers } }) => [students, teachers])
    .flatMap((license) => (license !== null && 'skuId' in license ? [license.skuId.toLowerCase()] : []));
  return new Set(ids);
}

function factsOf({ skuPartNumber, consumedUnits, prepaidUnits }: SkuFacts): LicenseFacts {
  const name = productName(skuPartNumber) ?? skuPartNumber;
  return { name, seats: prepaidUnits.enabled, free: Math.max(0, prepaidUnits.enabled - consumedUnits) };
}
