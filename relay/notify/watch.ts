/** Looks every minute for what is wrong, and notes what must be told to whom. Nothing is kept in memory between two looks. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import { decide, type Look } from '../alerts/decide.ts';
import { districtFindings } from '../alerts/district.ts';
import { expiry, linkCountsMs, undelivered, unvouched } from '../alerts/relay.ts';
import { type RoutedChannel, route } from '../alerts/route.ts';
import type { Finding } from '../model/alert.ts';
import type { RelaySettings } from '../settings/settings.ts';
import {
  type AlertChanges,
  noticesOf,
  pruneAlerts,
  tenantsToVisit,
  unresolvedAlerts,
  writeAlerts,
} from '../store/alerts/alerts.ts';
import { channelsFor, listChannels } from '../store/alerts/channels.ts';
import { districtFacts } from '../store/alerts/district-facts.ts';
import { notePulse, readPulse } from '../store/alerts/pulse.ts';
import { ofTheRelay } from '../store/audit/audit.ts';
import type { Store, TenantScope } from '../store/store.ts';
import { listTenants } from '../store/tenants/system.ts';
import { usedLinks } from '../store/users/links.ts';
import { credentialsOf } from './credentials.ts';
import { callHeartbeats } from './heartbeats.ts';
import type { Sender } from './send.ts';

const lookMs = 60_000;
/** After a longer gap nobody knows what happened meanwhile. */
const gapMs = 10 * 60_000;
/** Districts whose facts are read in one transaction: some 5 ms. */
const districtsAtOnce = 100;
/** How long alerts that are over are kept. */
const keptMs = 90 * 86_400_000;

export interface AlertWatchOptions {
  store: Store;
  settings: RelaySettings;
  sender: Sender;
  /** Something was noted that is to be told. */
  due(): void;
  clock: Clock;
  log: Logger;
  /** A number in [0, 1). */
  random(): number;
  signal: AbortSignal;
}

/** Begins at once, and ends with the signal. */
export function startAlertWatch(options: AlertWatchOptions): Loop {
  const { clock, log, random, signal } = options;
  return startLoop({
    turn: () => lookAround(options),
    pauseMs: lookMs,
    backoff: { baseMs: 5000, capMs: lookMs },
    failed: ({ code, message }) =>
      log.error({ event: 'alerts.watch-failed', code, message }, `nobody looks for what is wrong: ${message}`),
    recovered: () => log.info({ event: 'alerts.watch-recovered' }, 'somebody looks for what is wrong again'),
    clock,
    random,
    signal,
  });
}

async function lookAround(options: AlertWatchOptions): Promise<void> {
  const { store, settings, clock } = options;
  const seen = await store.readSystem(readPulse);
  const nowMs = clock.now();
  const wasWatching = nowMs - Date.parse(seen.watch ?? '1970-01-01') <= gapMs;
  const tenants = (await store.readSystem(listTenants)).map(({ id }) => id);
  const visited = new Set(await store.readSystem(tenantsToVisit));
  for (let at = 0; at < tenants.length; at += districtsAtOnce) {
    const facts = await store.readSystem((scope) => districtFacts(scope, tenants.slice(at, at + districtsAtOnce)));
    for (const [tenantId, district] of facts) {
      const isNews = visited.has(tenantId) || districtFindings(district, [], nowMs).found.length > 0;
      if (!isNews) continue;
      const named = { tenant: district.slug, tenantId };
      await judge(options, named, wasWatching, (open) => districtFindings(district, open, nowMs));
    }
  }
  const credentials = await credentialsOf(settings);
  const links = await store.readSystem((scope) => usedLinks(scope, new Date(nowMs - linkCountsMs)));
  await judge(options, { tenantId: ofTheRelay }, wasWatching, () => ({
    found: [...credentials.flatMap((credential) => expiry(credential, nowMs)), ...links.flatMap(unvouched)],
    unknown: new Set(),
  }));
  await store.system((scope) => notePulse(scope, 'watch', new Date(clock.now()).toISOString()));
  await callHeartbeats(options);
}

type Finder = (open: readonly { key: string }[]) => { found: Finding[]; unknown: Set<string> };

/** Decides what becomes of the alerts of one district, or of the relay, and writes it if anything changes. */
async function judge(
  options: AlertWatchOptions,
  whose: { tenant?: string; tenantId: string },
  wasWatching: boolean,
  find: Finder,
): Promise<void> {
  const { tenantId } = whose;
  const { store, clock, log, due } = options;
  const nowMs = clock.now();
  const look = (scope: TenantScope) => changesNow(scope, find, { nowMs, wasWatching, newId: randomUUID });
  if (isNothing(await store.readTenant(tenantId, look))) return;
  const changes = await store.withTenant(tenantId, async (scope) => {
    // Again, within the transaction that writes: another node may have looked meanwhile.
    const changes = await look(scope);
    await writeAlerts(scope, changes);
    await pruneAlerts(scope, new Date(nowMs - keptMs).toISOString());
    return changes;
  });
  for (const { id, cause, openedAt, resolvedAt } of changes.kept) {
    if (openedAt === new Date(nowMs).toISOString()) log.warn({ event: 'alert.opened', ...whose, alert: id, cause });
    if (resolvedAt !== null) log.info({ event: 'alert.resolved', ...whose, alert: id, cause });
  }
  if (changes.add.length > 0) due();
}

async function changesNow(
  scope: TenantScope,
  find: Finder,
  look: Pick<Look, 'nowMs' | 'wasWatching' | 'newId'>,
): Promise<AlertChanges> {
  const known = await unresolvedAlerts(scope);
  const { found, unknown } = find(known.filter(({ openedAt }) => openedAt !== null));
  const failing = (await listChannels(scope)).flatMap((channel) => undelivered(healthOf(channel)));
  const { kept, dropped } = decide(known, { ...look, found: [...found, ...failing], unknown });
  const after = new Map([...known, ...kept].map((alert) => [alert.id, alert]));
  for (const id of dropped) after.delete(id);
  const channels: RoutedChannel[] = await channelsFor(scope);
  const notices = await noticesOf(scope, [...after.keys()]);
  return { kept, dropped, ...route([...after.values()], channels, notices, look.nowMs) };
}

function healthOf({ id, name, failingSince, failure }: Awaited<ReturnType<typeof listChannels>>[number]) {
  return { id, name, failingSince, reason: failure };
}

function isNothing({ kept, dropped, add, cancel }: AlertChanges): boolean {
  return kept.length + dropped.length + add.length + cancel.length === 0;
}
