/** The simulated Microsoft: one HTTPS server with the tenant's sign-in, Graph v1.0 and the control API. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import Fastify from 'fastify';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import type { Authority } from '../authority.ts';
import { keptCertificate, ownNames } from '../kept-keys.ts';
import { addControlRoutes } from './control.ts';
import type { Directory } from './directory/directory.ts';
import type { DirectoryFile } from './directory-file.ts';
import { AccessTokens } from './entra/access-token.ts';
import { addConsentRoutes } from './entra/admin-consent.ts';
import { type AppRegistration, type Registration, registerApp } from './entra/app-registration.ts';
import { addEntraRoutes } from './entra/routes.ts';
import type { Faults } from './faults.ts';
import { defaultRoles, readerRoles } from './graph/permissions.ts';
import { addGraphRoutes, originOf, readBodies, sendError } from './graph-http.ts';
import { seededRandom } from './random.ts';
import type { Stats } from './stats.ts';
import { openTenantWorld, type TenantOptions, type TenantWorld, worldOfNext } from './tenant-world.ts';
import { AppLimits } from './throttle.ts';
import type { WireServer } from './wire.ts';

export interface MicrosoftSimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  seed?: number;
  /** Signs the server's certificate; by default one is kept (kept-keys.ts). */
  authority?: Authority;
  /** What the tenant holds; by default a directory for `people` made-up people. */
  directory?: DirectoryFile;
  people?: number;
  tenantId?: string;
  clientId?: string;
  /** PEM certificates registered for the app. Without these and `secrets`, a secret is created. */
  certificates?: readonly string[];
  secrets?: readonly string[];
  /** Application permissions that an administrator has consented to; null if nobody there has heard of the application. */
  roles?: readonly string[] | null;
  /** Application permissions that the registration lists: what a consent grants. */
  requires?: readonly string[];
  /** Where an administrator may be sent after consenting. */
  redirectUris?: readonly string[];
  /** A second application that only reads, with a secret of its own and the same certificates. */
  reader?: { clientId?: string; requires?: readonly string[] };
  readerRoles?: readonly string[] | null;
  /** Multiplies the throttling limits. */
  speed?: number;
  /** How long a new object may stay invisible, in milliseconds. */
  lag?: number;
  /** How long the Teams service may not know a new group, in milliseconds. */
  teamLag?: number;
  /** How long creating a team takes, in milliseconds. */
  teamDuration?: number;
  /** Further tenants of the same application, each with its own directory, consent and limits. */
  tenants?: readonly TenantOptions[];
  clock?: Clock;
}

export interface MicrosoftSimulator {
  /** `https://localhost:PORT`: serves both the authority and Graph. */
  baseUrl: string;
  port: number;
  /** PEM of what a client must trust, and its file when the authority has one. */
  ca: string;
  caFile: string | undefined;
  tenantId: string;
  clientId: string;
  /** Only if it was created here. */
  clientSecret: string | undefined;
  /** Of the application that only reads. */
  reader: { clientId: string; clientSecret: string } | undefined;
  directory: Directory;
  faults: Faults;
  stats: Stats;
  app: AppRegistration;
  /** All of them; the fields above show the first. */
  tenants: readonly TenantWorld[];
  close(): Promise<void>;
}

/** The largest accepted request, in bytes: a batch of 20 requests with long bodies is far below. */
const bodyLimit = 4 * 1024 * 1024;

export async function startMicrosoftSimulator(options: MicrosoftSimulatorOptions = {}): Promise<MicrosoftSimulator> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  const tenantId = (options.tenantId ?? random.guid()).toLowerCase();
  const clientId = options.clientId ?? random.guid();
  const certificates = options.certificates ?? [];
  const given = options.secrets ?? [];
  const clientSecret = certificates.length + given.length > 0 ? undefined : randomBytes(24).toString('base64url');
  const secrets = clientSecret === undefined ? given : [clientSecret];
  const { requires = defaultRoles, redirectUris = [] } = options;
  const registered = await registerApp({ clientId, certificates, secrets, requires, redirectUris });
  const reader = options.reader && {
    clientId: options.reader.clientId ?? random.guid(),
    clientSecret: randomBytes(24).toString('base64url'),
  };
  const apps: [Registration, ...Registration[]] = [registered];
  if (reader !== undefined) {
    const secrets = [reader.clientSecret];
    const requires = options.reader?.requires ?? readerRoles;
    apps.push(await registerApp({ ...reader, certificates, secrets, requires, redirectUris }));
  }

  const { lag = 200, teamLag = 2000, teamDuration = 500, speed = 1 } = options;
  const appLimits = new AppLimits(clock, speed);
  const world = { clock, random, seed, speed, lag, teamLag, teamDuration, appLimits };
  const first = openTenantWorld(tenantId, apps, options, world);
  const others = (options.tenants ?? []).map((other, at) => {
    const its = worldOfNext(world, at + 1);
    const id = (other.tenantId ?? its.random.guid()).toLowerCase();
    return openTenantWorld(id, apps, other, its);
  });
  const tenants = [first, ...others] as const;
  const tokens = await AccessTokens.create(clock, random);

  const closing = new AbortController();
  // Delayed answers are released when the server closes, so that no timer outlives it.
  const patient: Clock = {
    now: () => clock.now(),
    sleep: (ms) => clock.sleep(ms, closing.signal).catch(() => undefined),
  };

  const { authority } = options;
  const { ca, ...https } =
    authority === undefined ? await keptCertificate() : { ca: authority.ca, ...(await authority.issue(ownNames)) };
  const server: WireServer = Fastify({
    http2: true,
    https: { ...https, allowHTTP1: true },
    bodyLimit,
    frameworkErrors: (error, request, reply) => sendError(first.service, error, request, reply),
  });
  const sockets = new Set<Socket>();
  server.server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  readBodies(server);
  addEntraRoutes(server, { tenants, tokens, clock: patient, random, origin: originOf });
  addConsentRoutes(server, { tenants, clock: patient, random });
  addControlRoutes(server, tenants);
  addGraphRoutes(server, { tenants, tokens, clock: patient });
  await server.listen({ port: options.port ?? 0, host: 'localhost' });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    baseUrl: `https://localhost:${port}`,
    port,
    ca,
    caFile: authority?.caFile,
    tenantId,
    clientId,
    clientSecret,
    reader,
    directory: first.directory,
    faults: first.faults,
    stats: first.stats,
    app: first.app,
    tenants,
    close: () => {
      closing.abort();
      for (const socket of sockets) socket.destroy();
      return server.close();
    },
  };
}
