/** The sync engine: a loop per tenant, one Graph application and its limits for all of them. */
import type { Logger } from 'pino';
import { type Clock, timestamp } from '../../shared/clock.ts';
import { type Loop, startLoop } from '../../shared/service.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { appBudget, GraphBudget } from '../graph/budget.ts';
import type { RelaySettings } from '../settings/settings.ts';
import { readProfiles } from '../store/profiles/profiles.ts';
import { isSettled } from '../store/roster/mirror.ts';
import { endOpenRuns } from '../store/runs/journal.ts';
import { openRequests } from '../store/runs/person-requests.ts';
import type { Store, TenantScope } from '../store/store.ts';
import { listProvisioned, listTenants, lookUpTenant } from '../store/tenants/system.ts';
import { longestPauseMs } from './longest-pause.ts';
import type { Turns } from './turns.ts';
import { Wakes } from './wakes.ts';

const failureBackoff = { baseMs: 5_000, capMs: 15 * 60_000 };

export interface SyncLoopOptions {
  store: Store;
  settings: RelaySettings;
  /** Closed with the loop. */
  turns: Turns;
  clock: Clock;
  log: Logger;
  signal: AbortSignal;
  /** A number in [0, 1); Math.random except in tests. */
  random?: () => number;
}

export interface SyncLoop {
  /**
   * Something may have changed for this tenant, such as its roster or a profile. If a profile is no longer enabled, its
   * run ends.
   */
  wake(tenantId: string): void;
  /** Somebody wants a person provisioned at once: the rest waits for its usual turn. */
  provision(tenantId: string): void;
  /** Ends the tenant's current run between two batches; the next one starts when there is a reason. */
  cancel(tenantId: string): void;
  /** Stops between two batches, and returns when nothing is in progress. */
  close(): Promise<void>;
}

export async function startSyncLoop(options: SyncLoopOptions): Promise<SyncLoop> {
  const { store, settings, turns, clock, log, random = Math.random } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const app = appBudget(clock, settings.graph.speed);
  const loops = new Map<string, Loop>();
  /** Ends or wakes a tenant's turn in progress, and lists the profiles that may write in it. */
  const running = new Map<string, Running>();

  /** Those whose next turn is for everything, whenever it is. */
  const usual = new Set<string>();

  /** The slug, by which people search the log. */
  const slugs = new Map<string, string>();
  const named = (tenantId: string) => ({ tenant: slugs.get(tenantId) ?? tenantId, tenantId });

  /** @param firstPauseMs undefined for a first turn at once */
  const start = (tenantId: string, firstPauseMs?: number): Loop => {
    const budget = new GraphBudget(app, clock, settings.graph.speed);
    let dueAt = firstPauseMs === undefined ? clock.now() : clock.now() + firstPauseMs;
    if (firstPauseMs === undefined) usual.add(tenantId);
    const run = async () => {
      const isForPeople = !usual.has(tenantId) && clock.now() < dueAt;
      // One that fails is followed by another.
      if (!isForPeople) usual.add(tenantId);
      const tenant = await store.system((scope) => lookUpTenant(scope, tenantId));
      // The tenant was removed.
      if (tenant === undefined) return;
      slugs.set(tenantId, tenant.slug);
      // All before their first profile: no thread starts for them.
      if (!(await store.withTenant(tenantId, hasWork))) {
        turns.forget(tenantId);
        usual.delete(tenantId);
        if (!isForPeople) dueAt = clock.now() + longestPauseMs;
        return;
      }
      const turn: Running = {
        pause: new AbortController(),
        wakes: new Wakes(),
        profiles: [],
        isForAll: false,
        end: 'paused',
      };
      const { pause, wakes } = turn;
      const begun = (profiles: string[]) => {
        turn.profiles = profiles;
      };
      running.set(tenantId, turn);
      try {
        const turnSignal = AbortSignal.any([signal, pause.signal]);
        usual.delete(tenantId);
        const next = await turns.take({ tenant, isForPeople, budget, signal: turnSignal, wakes, begun });
        const most = isForPeople ? dueAt : clock.now() + longestPauseMs;
        dueAt = Math.min(most, next ?? most);
      } catch (error) {
        if (!pause.signal.aborted || signal.aborted) {
          if (!isForPeople) usual.add(tenantId);
          throw error;
        }
        if (!isForPeople) dueAt = clock.now() + longestPauseMs;
        const { end } = turn;
        await store.withTenant(tenantId, (scope) => endOpenRuns(scope, end, timestamp(clock)));
        log.info({ event: `run.${end}`, ...named(tenantId) }, `run ${end}: the answers that arrived are recorded`);
      } finally {
        running.delete(tenantId);
        if (wakes.isRung && turn.end !== 'cancelled') {
          if (turn.isForAll) usual.add(tenantId);
          loopOf(tenantId).wake();
        }
      }
    };
    // Nothing is queued: a turn compares states, not events.
    return startLoop({
      turn: run,
      begin: firstPauseMs === undefined ? 'at once' : 'after a pause',
      pauseMs: () => Math.max(0, Math.min(longestPauseMs, dueAt - clock.now())),
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

  const endIfPaused = async (tenantId: string): Promise<void> => {
    if (!running.has(tenantId)) return;
    const profiles = await store.withTenant(tenantId, readProfiles);
    const run = running.get(tenantId);
    const stillEnabled = run?.profiles.every((name) =>
      profiles.some((one) => one.name === name && one.state === 'enabled'),
    );
    if (stillEnabled !== false) return;
    // The others continue.
    usual.add(tenantId);
    loopOf(tenantId).wake();
    run?.pause.abort(new Error('a profile is no longer enabled'));
  };

  const [tenants, provisioned] = await store.readSystem(
    async (scope) => [await listTenants(scope), await listProvisioned(scope)] as const,
  );
  for (const { id, slug } of tenants) {
    slugs.set(id, slug);
    // A relay with thousands of districts has their agents to greet now.
    loops.set(id, start(id, provisioned.has(id) ? undefined : random() * longestPauseMs));
  }
  return {
    wake(tenantId) {
      const turn = running.get(tenantId);
      if (turn === undefined || turn.pause.signal.aborted) {
        usual.add(tenantId);
        loopOf(tenantId).wake();
      } else {
        turn.isForAll = true;
        turn.wakes.ring();
      }
      endIfPaused(tenantId).catch((error: unknown) => {
        const { code, message } = toHallpassError(error);
        log.error(
          { event: 'run.pause-failed', ...named(tenantId), code, message },
          `cannot tell whether to pause: ${message}`,
        );
      });
    },
    provision(tenantId) {
      const turn = running.get(tenantId);
      if (turn === undefined || turn.pause.signal.aborted) loopOf(tenantId).wake();
      else turn.wakes.ring();
    },
    cancel(tenantId) {
      const run = running.get(tenantId);
      if (run === undefined || run.pause.signal.aborted) return;
      run.end = 'cancelled';
      // Only during a turn: nothing is waiting for a wake-up then.
      loopOf(tenantId).forgetWakes();
      run.pause.abort(new Error('the run was cancelled'));
    },
    async close() {
      stop.abort();
      await Promise.all([...loops.values()].map((loop) => loop.ended));
      await turns.close();
    },
  };
}

/** Whether any profile is not paused or somebody is to be provisioned at once, and the mirror is a complete state of PowerSchool. */
async function hasWork(scope: TenantScope): Promise<boolean> {
  const profiles = await readProfiles(scope);
  if (!(await isSettled(scope))) return false;
  return profiles.some(({ state }) => state !== 'paused') || (await openRequests(scope)).length > 0;
}

interface Running {
  pause: AbortController;
  wakes: Wakes;
  profiles: string[];
  /** Whether it was woken for something else than one person. */
  isForAll: boolean;
  /** The state that the journal gets when the run is ended. */
  end: 'paused' | 'cancelled';
}
