/** The simulated Microsoft: one HTTPS server with the tenant's sign-in, Graph v1.0 and the control API. */
import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { type Authority, createAuthority } from '../authority.ts';
import { runBatch } from './batch.ts';
import { addControlRoutes } from './control.ts';
import { Directory } from './directory/directory.ts';
import { type DirectoryFile, directoryFileSchema, loadUsers, tenantOf } from './directory-file.ts';
import { samplePeople, seedDirectory } from './directory-seed.ts';
import { AccessTokens } from './entra/access-token.ts';
import { type AppRegistration, registerApp } from './entra/app-registration.ts';
import { addEntraRoutes } from './entra/routes.ts';
import { GraphError } from './errors.ts';
import { Faults } from './faults.ts';
import type { Answer } from './graph/call.ts';
import { DeltaEpoch } from './graph/delta.ts';
import { defaultRoles } from './graph/permissions.ts';
import { graphRouter } from './graph/routes.ts';
import { GraphService, type Outcome } from './graph/service.ts';
import { seededRandom } from './random.ts';
import { Stats } from './stats.ts';
import { Throttle } from './throttle.ts';

export interface MicrosoftSimulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  seed?: number;
  /** Signs the server's certificate; a new one in memory by default. */
  authority?: Authority;
  /** What the tenant holds; by default a directory for `people` made-up people. */
  directory?: DirectoryFile;
  people?: number;
  tenantId?: string;
  clientId?: string;
  /** PEM certificates registered for the app. Without these and `secrets`, a secret is made. */
  certificates?: readonly string[];
  secrets?: readonly string[];
  /** Application permissions that an administrator has consented to. */
  roles?: readonly string[];
  /** Multiplies the throttling limits. */
  speed?: number;
  /** Milliseconds up to which a new object stays unseen. */
  lag?: number;
  clock?: Clock;
}

export interface MicrosoftSimulator {
  /** `https://localhost:PORT`: authority and Graph alike. */
  baseUrl: string;
  port: number;
  /** PEM of what a client must trust, and its file when the authority has one. */
  ca: string;
  caFile: string | undefined;
  tenantId: string;
  clientId: string;
  /** Only when it was made here. */
  clientSecret: string | undefined;
  directory: Directory;
  faults: Faults;
  stats: Stats;
  app: AppRegistration;
  close(): Promise<void>;
}

/** Largest request taken, in bytes: a batch of 20 requests with long bodies is far below. */
const bodyLimit = 4 * 1024 * 1024;
const jsonType = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export async function startMicrosoftSimulator(options: MicrosoftSimulatorOptions = {}): Promise<MicrosoftSimulator> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  const tenantId = (options.tenantId ?? random.guid()).toLowerCase();
  const clientId = options.clientId ?? random.guid();
  const file = directoryFileSchema.parse(options.directory ?? sampleDirectory(options.people ?? 200, seed));
  const directory = new Directory({ tenant: tenantOf(file, tenantId), clock, random, lag: options.lag ?? 200 });
  loadUsers(file, directory);

  const certificates = options.certificates ?? [];
  const given = options.secrets ?? [];
  const clientSecret = certificates.length + given.length > 0 ? undefined : randomBytes(24).toString('base64url');
  const secrets = clientSecret === undefined ? given : [clientSecret];
  const app = await registerApp({ clientId, certificates, secrets, roles: options.roles ?? defaultRoles });

  const [faults, stats, epoch] = [new Faults(), new Stats(), new DeltaEpoch()];
  const throttle = new Throttle({ clock, speed: options.speed ?? 1, users: () => directory.users.size, tenantId });
  const service = new GraphService({ router: graphRouter(directory, epoch, clientId), throttle, faults, stats, clock });
  const tokens = await AccessTokens.create(clock, random);

  const authority = options.authority ?? (await createAuthority());
  const https = await authority.issue(['localhost', '127.0.0.1', '::1']);
  const server: FastifyInstance = Fastify({
    https,
    bodyLimit,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => sendError(service, error, request, reply),
  });
  readBodies(server);
  addEntraRoutes(server, { tenantId, app, tokens, clock, random, faults, stats, origin: originOf });
  addControlRoutes(server, { directory, faults, stats, throttle, epoch, app });
  addGraph(server, service, tokens, stats, clock);
  await server.listen({ port: options.port ?? 0, host: 'localhost' });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    baseUrl: `https://localhost:${port}`,
    port,
    ca: authority.ca,
    caFile: authority.caFile,
    tenantId,
    clientId,
    clientSecret,
    directory,
    faults,
    stats,
    app,
    close: () => server.close(),
  };
}

function addGraph(
  server: FastifyInstance,
  service: GraphService,
  tokens: AccessTokens,
  stats: Stats,
  clock: Clock,
): void {
  const prefix = '/v1.0';
  server.all(`${prefix}/*`, async (request, reply) => {
    stats.requests += 1;
    const header = headerOf(request);
    let outcome: Outcome;
    try {
      const caller = await tokens.verify(header('authorization'));
      const base = originOf(request) + prefix;
      const { method, body } = request;
      const url = request.url.slice(prefix.length);
      if (method === 'POST' && url === '/$batch') {
        const batch = runBatch(service, body, base, caller);
        stats.innerRequests += batch.size;
        outcome = batch;
      } else {
        outcome = service.handle({ method, url, header, body, base, caller });
      }
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      const answer = service.refuse(error, service.nextRequestId(), header('client-request-id'));
      outcome = { answer, drop: false, delay: 0 };
    }
    if (outcome.delay > 0) await clock.sleep(outcome.delay);
    if (outcome.drop) {
      request.raw.socket.destroy();
      return reply.hijack();
    }
    return send(reply, outcome.answer, header('client-request-id'));
  });
  server.setErrorHandler((error: Error, request, reply) => sendError(service, error, request, reply));
  server.setNotFoundHandler((request, reply) => {
    const error = new GraphError(
      501,
      'NotImplemented',
      `The Microsoft simulator does not implement ${request.method} ${request.url}.`,
    );
    return send(reply, service.refuse(error, service.nextRequestId(), undefined), undefined);
  });
}

function sendError(
  service: GraphService,
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error.statusCode ?? 500;
  const code = status < 500 ? 'BadRequest' : 'UnknownError';
  const known = error instanceof GraphError ? error : new GraphError(status, code, error.message);
  const clientRequestId = headerOf(request)('client-request-id');
  return send(reply, service.refuse(known, service.nextRequestId(), clientRequestId), undefined);
}

function send(reply: FastifyReply, answer: Answer, clientRequestId: string | undefined): FastifyReply {
  reply.code(answer.status).headers(answer.headers).header('OData-Version', '4.0');
  if (clientRequestId !== undefined) reply.header('client-request-id', clientRequestId);
  if (answer.body === undefined) return reply.send();
  if (typeof answer.body === 'string') return reply.send(answer.body);
  return reply.type(jsonType).send(JSON.stringify(answer.body));
}

/** JSON for Graph, a form for the token endpoint; an empty body is no body. */
function readBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      const message =
        'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.';
      done(new GraphError(400, 'BadRequest', message));
    }
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
}

/** As the client addressed it, so that links lead back through whatever stands in between. */
function originOf(request: FastifyRequest): string {
  const forwarded = request.headers['x-forwarded-host'];
  return `https://${typeof forwarded === 'string' ? forwarded : request.host}`;
}

function headerOf(request: FastifyRequest): (name: string) => string | undefined {
  return (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
}

function sampleDirectory(people: number, seed: number): DirectoryFile {
  return seedDirectory(samplePeople(people, seed), { seed, domain: 'district.example' });
}
