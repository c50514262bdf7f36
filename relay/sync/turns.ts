/** Turns of tenants: what is due is run, and what is known afterwards is kept for the next. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../shared/clock.ts';
import type { RequestBudget } from '../graph/budget.ts';
import { GraphClient } from '../graph/client.ts';
import { type Credentials, openCredentials } from '../graph/credentials.ts';
import { openTransport, type Transport } from '../graph/transport.ts';
import type { ProxyVariables } from '../network/proxy.ts';
import type { Blackout } from '../profile/blackout.ts';
import { districtTime, reasonToRest } from '../profile/life.ts';
import type { Profile } from '../profile/profile.ts';
import { endsByItself, type Quarantine } from '../profile/standing.ts';
import type { Vault } from '../secrets/vault.ts';
import type { RelaySettings } from '../settings/settings.ts';
import { districtTimeZone } from '../store/agents/agents.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { endQuarantine, readQuarantines } from '../store/profiles/quarantine.ts';
import { readBlackouts } from '../store/runs/blackouts.ts';
import { expireRequests, openRequests, requestLifeMs } from '../store/runs/person-requests.ts';
import type { Store, TenantScope } from '../store/store.ts';
import type { Tenant } from '../store/tenants/system.ts';
import { Memories } from './state/memories.ts';
import type { TenantState } from './state/tenant-state.ts';
import { takeTurn } from './tenant-run.ts';
import { Wakes } from './wakes.ts';

/** Takes turns, in this thread or in others. */
export interface Turns {
  /**
   * Runs what is due of the tenant. Never two turns of one tenant at a time.
   *
   * @returns when another turn is due, milliseconds; undefined after the usual pause
   * @throws HallpassError why Graph or the store could not be worked with; the signal's reason
   */
  take(order: TurnOrder): Promise<number | undefined>;
  /** What is known of the tenant is not needed anymore. Between its turns. */
  forget(tenantId: string): void;
  /** When no turn is under way anymore. */
  close(): Promise<void>;
}

export interface TurnOrder {
  tenant: Tenant;
  /** What the tenant may ask of Graph, which outlasts the turn. */
  budget: RequestBudget;
  /** Only people whom somebody wants provisioned at once: the rest waits for its usual turn. */
  isForPeople: boolean;
  /** Ends the turn between two batches. */
  signal: AbortSignal;
  /** Something may have changed: the turn takes it in. One that it has not noticed when it ends is still rung. */
  wakes: Wakes;
  /** Resolves when the turn may go on: others may have to go first. Called before and after requests. */
  giveWay?(): Promise<void>;
  /** Called before anything is written. @param profiles those that may write, by name */
  begun(profiles: string[]): void;
}

export interface TurnsOptions {
  store: Store;
  settings: RelaySettings;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables | undefined;
  vault: Vault;
  clock: Clock;
  log: Logger;
  /** A number in [0, 1). */
  random: () => number;
}

/** Turns in this thread. */
export async function openTurns(options: TurnsOptions): Promise<Turns> {
  const { settings, clock, random } = options;
  const transport = await openTransport(settings.graph.caFile, options.proxies);
  const credentials = lazyCredentials(settings, transport, clock);
  const memories = new Memories<TenantState>();
  const { baseUrl } = settings.graph;
  return {
    take(order) {
      const { tenant, budget, signal, giveWay } = order;
      const graphTenantId = tenant.graph_tenant_id;
      const shared = { baseUrl, credentials, transport, clock, random };
      const client = new GraphClient({ ...shared, graphTenantId, budget, signal, ...(giveWay && { giveWay }) });
      return runTenant(options, order, client, memories);
    },
    forget: (tenantId) => void memories.take(tenantId),
    close: () => transport.close(),
  };
}

/** A turn, if the tenant has a profile that may run now. */
async function runTenant(
  options: TurnsOptions,
  { tenant, isForPeople, signal, wakes, begun }: TurnOrder,
  client: GraphClient,
  memories: Memories<TenantState>,
): Promise<number | undefined> {
  const { store } = options;
  const memory = memories.take(tenant.id);
  const stored = await store.withTenant(tenant.id, readProfiles);
  const quarantines = await store.withTenant(tenant.id, readQuarantines);
  // One that is quarantined goes on as a preview: it writes nothing, and what is fixed vanishes from its problems.
  const profiles = stored.map((profile) =>
    profile.state === 'enabled' && quarantines.has(profile.name) ? { ...profile, state: 'preview' as const } : profile,
  );
  const log = options.log.child({ tenant: tenant.slug });
  const timeZone = await store.withTenant(tenant.id, districtTimeZone);
  const blackouts = await store.withTenant(tenant.id, readBlackouts);
  const due = isForPeople
    ? []
    : profiles.filter((profile) => isDue(profile, { clock: options.clock, timeZone, blackouts, log }));
  const isAsked = await store.withTenant(tenant.id, (scope) => isSomebodyAsked(scope, options.clock));
  if (due.length === 0 && !isAsked) {
    if (memory !== undefined) memories.keep(tenant.id, memory);
    return undefined;
  }
  const writing = isAsked ? profiles : due;
  begun(writing.filter(({ state }) => state === 'enabled').map(({ name }) => name));
  const turn = await takeTurn(
    {
      ...options,
      signal,
      // What else changes is for the usual turn, which follows at once.
      wakes: due.length === 0 ? new Wakes() : wakes,
      isAsked,
      tenantId: tenant.id,
      profiles,
      due: due.map(({ name }) => name),
      client,
      root: `${options.settings.graph.baseUrl}/v1.0`,
      log,
    },
    memory,
  );
  if (turn === undefined) return undefined;
  if (turn.memory !== undefined) memories.keep(tenant.id, turn.memory);
  const isFixed = await endIfFixed({ store, log }, tenant.id, quarantines, [...turn.reports.keys()]);
  return isFixed ? options.clock.now() : turn.dueAt;
}

/** Whether anybody is to be provisioned at once. Requests that no relay has taken up in time are over. */
async function isSomebodyAsked(scope: TenantScope, clock: Clock): Promise<boolean> {
  await expireRequests(scope, new Date(clock.now() - requestLifeMs).toISOString(), timestamp(clock));
  return (await openRequests(scope)).length > 0;
}

/** What failed works again: the profiles write with the next run. @returns whether there are any */
async function endIfFixed(
  { store, log }: Pick<TurnsOptions, 'store' | 'log'>,
  tenantId: string,
  quarantines: ReadonlyMap<string, Quarantine>,
  ran: readonly string[],
): Promise<boolean> {
  const fixed = ran.filter((name) => {
    const quarantine = quarantines.get(name);
    return quarantine !== undefined && endsByItself(quarantine);
  });
  for (const profile of fixed) {
    await store.withTenant(tenantId, (scope) => endQuarantine(scope, profile));
    log.info({ event: 'profile.quarantine-ended', profile }, 'the quarantine is over: a run finished');
  }
  return fixed.length > 0;
}

/** Previews always are, because they write nothing; paused profiles never. */
function isDue(
  profile: Profile,
  {
    clock,
    timeZone,
    blackouts,
    log,
  }: { clock: Clock; timeZone: string | undefined; blackouts: readonly Blackout[]; log: Logger },
): boolean {
  if (profile.state === 'paused') return false;
  const now = districtTime(clock.now(), timeZone);
  const rest = profile.state === 'enabled' ? reasonToRest(profile, now, blackouts) : undefined;
  if (rest === undefined) return true;
  log.info({ event: 'run.resting', profile: profile.name, reason: rest }, `nothing is provisioned: ${rest}`);
  return false;
}

/** Opened at the first run, so that a relay without Graph settings starts, and says what is missing when it matters. */
function lazyCredentials(settings: RelaySettings, transport: Transport, clock: Clock): Credentials {
  let opened: Promise<Credentials> | undefined;
  const credentials = (): Promise<Credentials> => {
    opened ??= openCredentials(settings.graph, transport, clock);
    return opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
  };
  return {
    token: async (tenant) => (await credentials()).token(tenant),
    needWrite: async (tenant) => (await credentials()).needWrite(tenant),
    renew: async (tenant) => (await credentials()).renew(tenant),
  };
}
