/** The composition root: database, plugins, HTTPS. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { keptCertificate, ownNames, type ServerCertificate } from '../kept-keys.ts';
import { answerControl, type ControlContext, type Stats } from './control.ts';
import { openDistrictDatabase } from './database/district-database.ts';
import { applyEdits, type EditRequest, type EditResult } from './edits/edits.ts';
import { type Fault, Faults, faultSchema } from './faults.ts';
import { BodyTooLarge, callOf, json, send } from './http.ts';
import { defaultTokenSeconds, OAuth } from './oauth.ts';
import { PluginRegistry } from './plugin/registry.ts';
import { PageLimits } from './rest/page-limits.ts';
import { answer, type ServerContext } from './routes.ts';
import { Throttle } from './throttle.ts';

export interface SimulatorOptions {
  /** 0 = any free port (default). */
  port?: number;
  host?: string;
  /** Plain HTTP instead of HTTPS. */
  http?: boolean;
  /** Folder of the authority that signs the certificate; when left out, one that is kept (kept-keys.ts), or one in memory for another host. */
  ca?: string;
  /** Database file; in memory when left out. */
  db?: string;
  /** Active students, 2,000 by default. */
  students?: number;
  /** One for each 600 students by default. */
  schools?: number;
  seed?: number;
  /** Folder of a School Data Sync v1 CSV set instead of a generated district. */
  sdsCsv?: string;
  /** PowerSchool's version, `25.2.0.0` by default. */
  version?: string;
  timeZone?: string;
  /** The server's id for its district; by default one per seed. Null if it does not report one. */
  districtUuid?: string | null;
  minIntervalMs?: number;
  tokenSeconds?: number;
  clock?: Clock;
}

export interface Credentials {
  pluginId: number;
  clientId: string;
  clientSecret: string;
}

export interface PowerSchoolSimulator {
  baseUrl: string;
  port: number;
  /** PEM of the authority to trust; undefined for plain HTTP. */
  ca: string | undefined;
  caFile: string | undefined;
  db: DatabaseSync;
  plugins: PluginRegistry;
  oauth: OAuth;
  stats: Stats;
  /** Installs and enables a plugin. @throws PluginRefusal */
  installPlugin(bytes: Buffer): Promise<Credentials>;
  addFault(fault: Partial<Fault> & Pick<Fault, 'kind'>): void;
  clearFaults(): void;
  edit(edits: EditRequest[]): EditResult[];
  setMinInterval(ms: number): void;
  close(): Promise<void>;
}

export async function startPowerSchoolSimulator(options: SimulatorOptions = {}): Promise<PowerSchoolSimulator> {
  const clock = options.clock ?? systemClock;
  const timeZone = options.timeZone ?? 'America/Los_Angeles';
  const districtUuid = options.districtUuid === undefined ? uuidOf(options.seed ?? 0) : options.districtUuid;
  const version = options.version ?? '25.2.0.0';
  const host = options.host ?? '127.0.0.1';
  const localTime = localClock(clock, timeZone);
  const source = {
    students: options.students ?? 2_000,
    schools: options.schools,
    seed: options.seed ?? 1,
    sdsCsv: options.sdsCsv,
  };
  const db = await openDistrictDatabase(options.db ?? ':memory:', source, localTime);
  const plugins = await PluginRegistry.open(db, version);
  const oauth = new OAuth(plugins, clock, options.tokenSeconds ?? defaultTokenSeconds);
  const faults = new Faults();
  const throttle = new Throttle(options.minIntervalMs ?? 0, clock);
  const pageLimits = new PageLimits();
  const stats: Stats = { requests: 0, queries: 0, rows: 0, bytes: 0 };
  const closing = new AbortController();
  const onRows = (rows: number) => {
    stats.queries += 1;
    stats.rows += rows;
  };
  const sleep = (ms: number) => clock.sleep(ms, closing.signal);
  const context: ServerContext & ControlContext = {
    ...{
      db,
      plugins,
      oauth,
      faults,
      throttle,
      pageLimits,
      stats,
      version,
      timeZone,
      districtUuid,
      localTime,
      onRows,
      sleep,
    },
  };

  const certificate = options.http === true ? undefined : await certificateFor(host, options.ca);
  const listener = (request: IncomingMessage, response: ServerResponse) => void respond(context, request, response);
  const server: Server =
    certificate === undefined ? createHttpServer(listener) : createHttpsServer(certificate, listener);
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;

  return {
    baseUrl: `${certificate === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    ca: certificate?.ca,
    caFile: certificate?.caFile,
    db,
    plugins,
    oauth,
    stats,
    installPlugin: (bytes) => installAndEnable(plugins, bytes),
    addFault: (fault) => faults.add(faultSchema.parse(fault)),
    clearFaults: () => faults.clear(),
    edit: (edits) => applyEdits(db, edits, localTime()),
    setMinInterval: (ms) => {
      throttle.minIntervalMs = ms;
    },
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      if (db.isOpen) db.close();
    },
  };
}

async function respond(
  context: ServerContext & ControlContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  context.stats.requests += 1;
  try {
    const call = callOf(request);
    const control = call.path === '/_sim' || call.path.startsWith('/_sim/');
    const reply = control ? await answerControl(context, call) : await answer(context, call);
    if (reply === 'reset') request.socket.destroy();
    else context.stats.bytes += await send(response, reply);
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const tooLarge = error instanceof BodyTooLarge;
    // The rest of a refused body is not read, so the connection cannot continue.
    response.setHeader('connection', 'close');
    await send(
      response,
      json(tooLarge ? 413 : 500, { message: error instanceof Error ? error.message : String(error) }),
    );
  }
}

async function installAndEnable(plugins: PluginRegistry, bytes: Buffer): Promise<Credentials> {
  const plugin = plugins.enable((await plugins.install(bytes)).id);
  const { clientId = '', clientSecret = '' } = plugin.credentials ?? {};
  return { pluginId: plugin.id, clientId, clientSecret };
}

async function certificateFor(
  host: string,
  folder: string | undefined,
): Promise<ServerCertificate & { caFile?: string | undefined }> {
  if (folder === undefined && ownNames.includes(host)) return keptCertificate();
  const { createAuthority, openAuthority } = await import('../authority.ts');
  const authority = await (folder === undefined ? createAuthority() : openAuthority(folder));
  const { ca, caFile } = authority;
  return { ca, caFile, ...(await authority.issue([...new Set([...ownNames, host])])) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The server's naive wall clock, as SYSDATE and TRANSACTION_DATE show it. */
function uuidOf(seed: number): string {
  return `5d1a7c00-0000-4000-8000-${(seed >>> 0).toString(16).padStart(12, '0')}`;
}

function localClock(clock: Clock, timeZone: string): () => string {
  // Swedish writes dates as ISO does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return () => format.format(clock.now());
}
