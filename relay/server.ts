/** The composition root: everything that lives in a serving relay, started in order and stopped in reverse. */
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import { fail, reasonOf } from '../shared/errors.ts';
import { linkPath, protocolVersion } from '../shared/link.ts';
import { toHallpassError } from '../shared/terminal.ts';
import { isLoopback } from '../shared/trust.ts';
import { hallpassVersion } from '../shared/version.ts';
import { apiRoutes } from './api/api.ts';
import { answerOf } from './http-answer.ts';
import { openDoor } from './link/door.ts';
import { enrollRoute } from './link/enroll.ts';
import { healthRoutes } from './readiness.ts';
import { openVault } from './secrets/key-file.ts';
import { publicUrl, type RelaySettings, storeFile } from './settings.ts';
import { openStore, type Store } from './store/store.ts';
import { startSyncLoop } from './sync/loop.ts';
import { keepJournalShort } from './sync/retention.ts';

export interface RelayOptions {
  /** The state folder. */
  home: string;
  settings: RelaySettings;
  clock: Clock;
  log: Logger;
  /** Key file in place of the settings' or the state folder's own. */
  keyFile?: string | undefined;
  /** The provisioning loop; another one in tests of the link alone. */
  startSync?: typeof startSyncLoop;
  /** Between two pings on a connection, milliseconds. */
  pingMs?: number;
  /** Between two looks for what other processes changed, milliseconds. */
  watchMs?: number;
  /** How long an agent may finish what it is doing when the relay goes down, milliseconds. */
  drainMs?: number;
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
  const { pingMs = 25_000, watchMs = 2000, drainMs = 3000 } = options;
  await using started = new AsyncDisposableStack();
  const stop = new AbortController();

  const server = await createServer(settings);
  const store = await openStore(storeFile(home));
  started.defer(() => store.close());

  const vault = openVault(home, options.keyFile ?? settings.secrets.keyFile);
  const sync = await startSync({ store, settings, vault, clock, log, signal: stop.signal });
  started.defer(() => sync.close());
  const { keepDays } = settings.journal;
  const retention = keepJournalShort({ store, keepDays, clock, log, random, signal: stop.signal });
  started.defer(() => {
    stop.abort();
    return retention.ended;
  });

  const app = createApp(server, log);
  started.defer(() => app.close());

  let url = publicUrl(settings);
  const shared = { store, settings, clock, log, url: () => url };
  const door = openDoor({
    ...shared,
    server,
    pingMs,
    watchMs,
    drainMs,
    random,
    wake: (id) => sync.wake(id),
    cancel: (id) => sync.cancel(id),
  });
  started.defer(() => door.close());

  enrollRoute(app, shared);
  apiRoutes(app, { store, file: storeFile(home), settings, clock, log, signal: stop.signal });
  healthRoutes(app, { store, home, clock, trouble: () => door.trouble, stopping: stop.signal });
  url = publicUrl(settings, await listen(app, server, settings));
  log.info({ event: 'relay.ready', url, version: hallpassVersion });
  started.defer(() => stop.abort());

  const running = started.move();
  return {
    url,
    store,
    connected: () => door.connected,
    command: door.command,
    close: () => running.disposeAsync(),
  };
}

/** Plain http for this computer itself only. */
async function createServer({ listen }: RelaySettings): Promise<Server> {
  const limits = { requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 72_000, maxHeaderSize: 16_384 };
  if (listen.certFile !== undefined && listen.keyFile !== undefined) {
    const [cert, key] = await Promise.all([readPem(listen.certFile), readPem(listen.keyFile)]);
    try {
      return createHttpsServer({ ...limits, cert, key });
    } catch (error) {
      const setting = 'listen.certFile';
      throw fail('RELAY_SETTING_INVALID', { setting, reason: reasonOf(error) }, { cause: error });
    }
  }
  if (!isLoopback(listen.host)) throw fail('LISTEN_INSECURE', { address: listen.host });
  return createHttpServer(limits);
}

async function readPem(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw fail('FILE_UNREADABLE', { file, reason: reasonOf(error) }, { cause: error });
  });
}

function createApp(server: Server, log: Logger): FastifyInstance {
  const app = fastify({
    serverFactory: (handler) => server.on('request', handler),
    // Fastify's own lines about listening and requests say nothing that an event does not.
    loggerInstance: log.child({}, { level: 'warn' }),
    bodyLimit: 1 << 20,
    genReqId: () => crypto.randomUUID(),
    forceCloseConnections: true,
    // Addresses are taken from the socket and our own list of proxies (link/attempts.ts).
    trustProxy: false,
  }) as unknown as FastifyInstance;
  app.get(linkPath, () => {
    throw fail('PROTOCOL_UNSUPPORTED', { agent: 'none', relay: protocolVersion });
  });
  app.setNotFoundHandler((_request, reply) => reply.status(404).send());
  app.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
    // Fastify's own complaints about a request: too large, not JSON, wrong content type.
    const known =
      status >= 400 && status < 500 ? fail('FRAME_MALFORMED', { reason: reasonOf(error) }) : toHallpassError(error);
    if (known.code === 'UNEXPECTED') request.log.error({ event: 'relay.request-failed', err: error });
    const answer = answerOf(known, status === 0 ? undefined : status);
    return reply.status(answer.status).headers(answer.headers).send(answer.body);
  });
  return app;
}

/** The port that is bound. */
async function listen(
  app: FastifyInstance,
  server: Server,
  { listen: { host, port } }: RelaySettings,
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw fail('PORT_IN_USE', { address: `${host}:${port}`, reason: reasonOf(error) }, { cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
