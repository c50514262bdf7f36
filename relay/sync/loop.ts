/** The sync engine: a loop per tenant, one Graph application and its limits for all of them. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../shared/clock.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { appBudget, GraphBudget } from '../graph/budget.ts';
import { GraphClient } from '../graph/client.ts';
import { type Credentials, openCredentials } from '../graph/credentials.ts';
import { openTransport, type Transport } from '../graph/transport.ts';
import { districtTime, reasonToRest } from '../profile/life.ts';
import type { Profile } from '../profile/profile.ts';
import { endsByItself, type Quarantine } from '../profile/standing.ts';
import type { Vault } from '../secrets/vault.ts';
import type { RelaySettings } from '../settings/settings.ts';
import { districtTimeZone } from '../store/agents/agents.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { endQuarantine, readQuarantines } from '../store/profiles/quarantine.ts';
import { isSettled } from '../store/roster/mirror.ts';
import { endOpenRuns } from '../store/runs/journal.ts';
import type { Store } from '../store/store.ts';
import { findTenant, listTenants, type Tenant } from '../store/tenants/system.ts';
import type { TenantState } from './state/tenant-state.ts';
import { takeTurn } from './tenant-run.ts';

/** The directory changes without telling, and dates pass: a run is due after a while even when nobody wakes us. */
const idleMs = 15 * 60_000;
const failureBackoff = { baseMs: 5_000, capMs: 15 * 60_000 };
/** People of all tenants that are kept in memory between runs; beyond that the tenant that ran longest ago is forgotten. */
const mostPeople = 200_000;

export interface SyncLoopOptions {
  store: Store;
  settings: RelaySettings;
  vault: Vault;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** A number in [0, 1); Math.random unless a test wants to know. */
  random?: () => number;
}

export interface SyncLoop {
  /** Something of this tenant may have changed: its roster, its profile. One that is enabled no more ends its run. */
  wake(tenantId: string): void;
  /** Ends the run that the tenant has under way between two batches; the next begins when there is a reason for it. */
  cancel(tenantId: string): void;
  /** Stops between two batches and returns when nothing is under way. */
  close(): Promise<void>;
}

export async function startSyncLoop(options: SyncLoopOptions): Promise<SyncLoop> {
  const { store, settings, clock, log, random = Math.random } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const transport = await openTransport(settings.graph.caFile);
  const credentials = lazyCredentials(settings, transport, clock);
  const app = appBudget(clock, settings.graph.speed);
  const loops = new Map<string, Loop>();
  const memories = new Memories();
  /** What ends the turn that a tenant has under way, and the profiles that may write in it. */
  const running = new Map<string, Running>();

  /** What people call a tenant, and search the log for. */
  const slugs = new Map<string, string>();
  const named = (tenantId: string) => ({ tenant: slugs.get(tenantId) ?? tenantId, tenantId });

  const start = (tenantId: string): Loop => {
    const budget = new GraphBudget(app, clock, settings.graph.speed);
    const clientFor = ({ graph_tenant_id: graphTenantId }: Tenant) => {
      const { baseUrl } = settings.graph;
      return new GraphClient({ baseUrl, graphTenantId, credentials, transport, budget, clock, random, signal });
    };
    const run = async () => {
      const pause = new AbortController();
      const runSignal = AbortSignal.any([signal, pause.signal]);
      const begun = (profiles: string[]) => running.set(tenantId, { pause, profiles, end: 'paused' });
      await runTenant({ ...options, random, signal: runSignal, begun, slugs }, tenantId, clientFor, memories)
        .then((mended) => {
          if (mended) loopOf(tenantId).wake();
        })
        .catch(async (error: unknown) => {
          if (!pause.signal.aborted || signal.aborted) throw error;
          const now = timestamp(clock);
          const end = running.get(tenantId)?.end ?? 'paused';
          await store.withTenant(tenantId, (scope) => endOpenRuns(scope, end, now));
          log.info({ event: `run.${end}`, ...named(tenantId) }, `run ${end}: what was answered is recorded`);
        })
        .finally(() => running.delete(tenantId));
    };
    // Nothing is queued: wake-ups during a run make one more run after it, because a run compares states and not events.
    return startLoop({
      turn: run,
      pauseMs: idleMs,
      backoff: failureBackoff,
      failed: ({ code, message, action }) =>
        log.error({ event: 'run.failed', ...named(tenantId), code, message, action }, `run failed: ${message}`),
      recovered: () => log.info({ event: 'run.recovered', ...named(tenantId) }, 'runs work again'),
      clock,
      random,
      signal,
    });
  };

  const loopOf = (tenantId: string): Loop => {
    const loop = loops.get(tenantId) ?? start(tenantId);
    loops.set(tenantId, loop);
    return loop;
  };

  const heedPause = async (tenantId: string): Promise<void> => {
    if (!running.has(tenantId)) return;
    const profiles = await store.withTenant(tenantId, readProfiles);
    const run = running.get(tenantId);
    const stillEnabled = run?.profiles.every((name) =>
      profiles.some((one) => one.name === name && one.state === 'enabled'),
    );
    if (stillEnabled === false) run?.pause.abort(new Error('a profile is not enabled any more'));
  };

  for (const { id, slug } of await store.system(listTenants)) {
    slugs.set(id, slug);
    loopOf(id);
  }
  return {
    wake(tenantId) {
      loopOf(tenantId).wake();
      heedPause(tenantId).catch((error: unknown) => {
        const { code, message } = toHallpassError(error);
        log.error(
          { event: 'run.pause-failed', ...named(tenantId), code, message },
          `cannot tell whether to pause: ${message}`,
        );
      });
    },
    cancel(tenantId) {
      const run = running.get(tenantId);
      if (run === undefined || run.pause.signal.aborted) return;
      run.end = 'cancelled';
      // Only while one is under way: nobody is waiting for a wake-up then.
      loopOf(tenantId).forgetWakes();
      run.pause.abort(new Error('the run was cancelled'));
    },
    async close() {
      stop.abort();
      await Promise.all([...loops.values()].map((loop) => loop.ended));
      await transport.close();
    },
  };
}

interface Running {
  pause: AbortController;
  profiles: string[];
  /** As what the journal has it when it is ended. */
  end: 'paused' | 'cancelled';
}

/**
 * A turn, if the tenant has a profile that is not paused and its mirror is a whole state of PowerSchool.
 *
 * @returns whether another one should follow at once, because a quarantine is over
 */
async function runTenant(
  options: SyncLoopOptions & {
    random: () => number;
    begun: (enabled: string[]) => void;
    slugs: Map<string, string>;
  },
  tenantId: string,
  clientFor: (tenant: Tenant) => GraphClient,
  memories: Memories,
): Promise<boolean> {
  const { store, log } = options;
  const memory = memories.take(tenantId);
  const stored = await store.withTenant(tenantId, readProfiles);
  const quarantines = await store.withTenant(tenantId, readQuarantines);
  // One that is quarantined goes on as a preview: it writes nothing, and what is mended vanishes from its problems.
  const profiles = stored.map((profile) =>
    profile.state === 'enabled' && quarantines.has(profile.name) ? { ...profile, state: 'preview' as const } : profile,
  );
  const awake = profiles.filter(({ state }) => state !== 'paused');
  if (awake.length === 0 || !(await store.withTenant(tenantId, isSettled))) return false;
  const tenant = await store.system((scope) => findTenant(scope, tenantId));
  options.slugs.set(tenantId, tenant.slug);
  const tenantLog = log.child({ tenant: tenant.slug });
  const timeZone = await store.withTenant(tenantId, districtTimeZone);
  const due = awake.filter((profile) => isDue(profile, { clock: options.clock, timeZone, log: tenantLog }));
  if (due.length === 0) {
    if (memory !== undefined) memories.keep(tenantId, memory);
    return false;
  }
  options.begun(due.filter(({ state }) => state === 'enabled').map(({ name }) => name));
  const turn = await takeTurn(
    {
      ...options,
      tenantId,
      profiles,
      due: due.map(({ name }) => name),
      client: clientFor(tenant),
      root: `${options.settings.graph.baseUrl}/v1.0`,
      log: tenantLog,
    },
    memory,
  );
  if (turn === undefined) return false;
  memories.keep(tenantId, turn.memory);
  return await endMended({ store, log: tenantLog }, tenantId, quarantines, [...turn.reports.keys()]);
}

/** What failed works again: the profiles write with the next run. @returns whether there are any */
async function endMended(
  { store, log }: Pick<SyncLoopOptions, 'store' | 'log'>,
  tenantId: string,
  quarantines: ReadonlyMap<string, Quarantine>,
  ran: readonly string[],
): Promise<boolean> {
  const mended = ran.filter((name) => {
    const quarantine = quarantines.get(name);
    return quarantine !== undefined && endsByItself(quarantine);
  });
  for (const profile of mended) {
    await store.withTenant(tenantId, (scope) => endQuarantine(scope, profile));
    log.info({ event: 'profile.quarantine-ended', profile }, 'the quarantine is over: a run came to its end');
  }
  return mended.length > 0;
}

/** Previews always are: they write nothing. */
function isDue(
  profile: Profile,
  { clock, timeZone, log }: { clock: Clock; timeZone: string | undefined; log: Logger },
): boolean {
  const rest = profile.state === 'enabled' ? reasonToRest(profile, districtTime(clock.now(), timeZone)) : undefined;
  if (rest === undefined) return true;
  log.info({ event: 'run.resting', profile: profile.name, reason: rest }, `nothing is provisioned: ${rest}`);
  return false;
}

/**
 * What is known of the tenants that ran last. Taken out for a run and put back only when it ends well, so a failure makes
 * the next run read everything again. At 100,000 students one takes some 600 MB, at 2,000 a few.
 */
class Memories {
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
    renew: async (tenant) => (await credentials()).renew(tenant),
  };
}
