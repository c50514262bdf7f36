/** The composition root: everything that lives in a serving relay, started in order and stopped in reverse. */
import type { Server } from 'node:http';
import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import { fail } from '../shared/errors.ts';
import { linkPath, protocolVersion } from '../shared/link.ts';
import { hallpassVersion } from '../shared/version.ts';
import { noteNobodyConnected } from './app/commands/agent-link.ts';
import { withGraph } from './app/microsoft.ts';
import { answerThreadFile } from './http/answers/answer-thread-file.ts';
import { AnswerThreads } from './http/api/answer-threads.ts';
import { apiRoutes } from './http/api/api.ts';
import { createApp } from './http/app.ts';
import { consoleRoutes } from './http/console/console.ts';
import { trustedProxies } from './http/link/addresses.ts';
import { limitConnections } from './http/link/connections.ts';
import { openEndpoint } from './http/link/endpoint.ts';
import { enrollRoute } from './http/link/enroll.ts';
import { Origins, type OriginsOptions } from './http/link/origins.ts';
import { expectProxyProtocol, type Peers } from './http/link/proxy-protocol.ts';
import { SilentProxies } from './http/link/silent-proxies.ts';
import { healthRoutes } from './http/readiness.ts';
import { createServer, listen } from './http/server.ts';
import type { ProxyVariables } from './network/proxy.ts';
import { startAlerts } from './notify/alerts.ts';
import { exposedState, makeStateFolder, tidyState } from './settings/home-files.ts';
import { publicUrl, type RelaySettings, storeAddress } from './settings/settings.ts';
import type { Change } from './store/changes/marks.ts';
import { watchChanges } from './store/changes/watch.ts';
import { takeServingLock } from './store/engine/sqlite/serving-lock.ts';
import { openStore, type Store } from './store/store.ts';
import type { Tenant } from './store/tenants/system.ts';
import { startSyncLoop } from './sync/loop.ts';
import { keepJournalShort } from './sync/retention.ts';
import { TurnThreads } from './threads/turn-threads.ts';

export interface RelayOptions {
  /** The state folder. */
  home: string;
  settings: RelaySettings;
  clock: Clock;
  log: Logger;
  /** Key file instead of the settings' or the state folder's own. */
  keyFile?: string | undefined;
  /** The provisioning loop; another one in tests of the link alone. */
  startSync?: typeof startSyncLoop;
  /** Between two pings on a connection, milliseconds. */
  pingMs?: number;
  /** Between two looks for what other processes changed, milliseconds. */
  watchMs?: number;
  /** How long an agent may finish what it is doing when the relay goes down, milliseconds. */
  drainMs?: number;
  /** Agents between their request and their welcome at once: one takes a few milliseconds, so that more of them mean trouble. */
  mostArriving?: number;
  /** How long a page of the console is waited for before its frame is sent without it, milliseconds. */
  frameAfterMs?: number;
  /** HTTPS_PROXY and the like; by default none. */
  proxies?: ProxyVariables;
  /** In [0, 1): spreads reconnects. */
  random?: () => number;
}

export interface Relay {
  url: string;
  store: Store;
  /** Agents connected to this node. */
  connected(): number;
  /** Tells the tenant's connected agents; returns how many there are. */
  command(tenantId: string, name: 'sync' | 'settings'): number;
  close(): Promise<void>;
}

/** @throws HallpassError LISTEN_INSECURE, FILE_UNREADABLE, PORT_IN_USE, STORE_UNAVAILABLE, STORE_TOO_NEW … */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { home, settings, clock, log, startSync = startSyncLoop, random = Math.random } = options;
  const { pingMs = 25_000, watchMs = 2000, drainMs = 3000, mostArriving = 256, proxies = {} } = options;
  await using started = new AsyncDisposableStack();
  const stop = new AbortController();

  const server = await createServer(settings);
  await makeStateFolder(home);
  started.defer(takeServingLock(home));
  const silent = new SilentProxies(home);
  started.defer(() => silent.written);
  const origins = watchOrigins(server, settings, { silent, clock, log });
  await tidyState(home);
  const store = await openStore(storeAddress(home, settings), { serving: 'main thread' });
  started.defer(() => store.close());

  for (const { code, message, action } of await exposedState(home, process.platform)) {
    log.warn({ event: 'state.exposed', code, message, action }, message);
  }
  const keyFile = options.keyFile ?? settings.secrets.keyFile;
  const turns = new TurnThreads({ home, keyFile, settings, proxies, store, log });
  const sync = await startSync({ store, settings, turns, clock, log, signal: stop.signal });
  started.defer(() => sync.close());
  const { keepDays } = settings.journal;
  const retention = keepJournalShort({ store, keepDays, clock, log, random, signal: stop.signal });
  started.defer(() => {
    stop.abort();
    return retention.ended;
  });

  const readSkus = (tenant: Tenant) =>
    withGraph({ home, proxies, clock, signal: stop.signal }, tenant, async ({ client }) => {
      const { readSkus } = await import('./graph/tenant.ts');
      return await readSkus(client);
    });
  const watched = { store, settings, proxies, home, keyFile, readSkus, clock, log, random };
  const alerts = startAlerts({ ...watched, signal: stop.signal });
  started.defer(() => {
    stop.abort();
    return alerts.ended;
  });

  const { app, methods } = createApp(server, log);
  started.defer(() => app.close());
  app.get(linkPath, (request) => {
    const { side, who, proxy } = origins.whoStripped(request.raw);
    const client = origins.of(request.raw);
    log.warn({ event: 'agent.upgrade-missing', proxy, side, client }, `WebSocket headers lost by ${who}`);
    throw fail('UPGRADE_MISSING', { relay: protocolVersion, who });
  });

  let url = publicUrl(settings);
  const shared = { store, settings, origins, clock, log, url: () => url };
  const endpoint = openEndpoint({
    ...shared,
    server,
    pingMs,
    watchMs,
    drainMs,
    mostArriving,
    random,
    wake: (id) => sync.wake(id),
  });
  started.defer(() => endpoint.close());
  if (settings.metrics.port > 0) {
    // Loaded only if it is enabled.
    const { serveMetrics } = await import('./http/metrics.ts');
    const metrics = await serveMetrics(settings.metrics.port, {
      connected: () => endpoint.connected,
      running: () => turns.underWay,
    });
    started.defer(() => metrics.close());
  }
  await noteNobodyConnected({ store });

  // Before the first agent says hello: if its district's profiles change later, the agent has to learn it.
  const changed = ({ tenantId, what }: Change) => {
    if (what === 'profiles') endpoint.command(tenantId, 'settings');
    if (what === 'cancel' || what === 'restart') sync.cancel(tenantId);
    if (what === 'people') sync.provision(tenantId);
    else if (what !== 'cancel') sync.wake(tenantId);
  };
  const changes = watchChanges({ store, clock, log, watchMs, changed, random, signal: stop.signal });
  started.defer(() => {
    stop.abort();
    return changes.ended;
  });

  const threads = new AnswerThreads({
    ...{ threadFile: answerThreadFile, file: storeAddress(home, settings) },
    ...{ home, keyFile, proxies, signal: stop.signal },
  });
  started.defer(() => threads.close());
  enrollRoute(app, shared);
  apiRoutes(app, { ...shared, methods, home, keyFile, proxies, signal: stop.signal, threads, changed: changes.hint });
  const { frameAfterMs = 50 } = options;
  const context = { home, keyFile, store, clock, proxies, signal: stop.signal };
  const site = { origins, log, threads, frameAfterMs, url: () => url, changed: changes.hint };
  await consoleRoutes(app, { ...context, ...site });
  healthRoutes(app, { store, home, clock, trouble: () => changes.trouble ?? endpoint.trouble, stopping: stop.signal });
  url = publicUrl(settings, await listen(app, server, settings));
  log.info({ event: 'relay.ready', url, version: hallpassVersion });
  started.defer(() => stop.abort());

  const running = started.move();
  return {
    url,
    store,
    connected: () => endpoint.connected,
    command: endpoint.command,
    close: () => running.disposeAsync(),
  };
}

/** Counts connections and learns where they come from, before anything is read of them. */
function watchOrigins(
  server: Server,
  { listen }: RelaySettings,
  { log, ...rest }: Pick<OriginsOptions, 'silent' | 'clock' | 'log'>,
): Origins {
  const proxies = trustedProxies(listen.trustedProxies);
  let peers: Peers | undefined;
  // First, so that with the PROXY protocol they are asked after the header has been read.
  limitConnections(server, { ...listen, proxies, sourceOf: (socket) => peers?.sourceOf(socket), log });
  if (listen.proxyProtocol) {
    peers = expectProxyProtocol(server, proxies, (address) => log.warn({ event: 'proxy.header-missing', address }));
  }
  return new Origins({ proxies, peers, log, ...rest });
}
