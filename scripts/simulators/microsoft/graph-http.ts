/** Graph over HTTP: passes requests to the service and answers back, and holds what the whole server shares. */
import type { Clock } from '../../../shared/clock.ts';
import { answerBatch } from './batch.ts';
import type { AccessTokens } from './entra/access-token.ts';
import { GraphError, notImplemented } from './errors.ts';
import type { Faults } from './faults.ts';
import type { Answer } from './graph/call.ts';
import type { GraphService, Outcome } from './graph/service.ts';
import type { Stats } from './stats.ts';
import { breakOff, type WireReply, type WireRequest, type WireServer } from './wire.ts';

const jsonType = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export interface GraphHttpParts {
  /** Requests without a valid token are counted and answered by the first tenant. */
  tenants: readonly [GraphTenant, ...GraphTenant[]];
  tokens: AccessTokens;
  clock: Clock;
}

export interface GraphTenant {
  tenantId: string;
  service: GraphService;
  faults: Faults;
  stats: Stats;
}

export function addGraphRoutes(server: WireServer, parts: GraphHttpParts): void {
  const { tenants, tokens, clock } = parts;
  const [{ service }] = tenants;
  const prefix = '/v1.0';
  server.all(`${prefix}/*`, async (request, reply) => {
    const header = headerOf(request);
    let outcome: Outcome;
    try {
      const caller = await tokens.verify(header('authorization')).catch((error: unknown) => {
        tenants[0].stats.requests += 1;
        throw error;
      });
      // Only the token decides whose directory this is.
      const { service, faults, stats } = tenants.find(({ tenantId }) => tenantId === caller.tenantId) ?? tenants[0];
      stats.requests += 1;
      const base = originOf(request) + prefix;
      const { method, body } = request;
      const url = request.url.slice(prefix.length);
      if (method === 'POST' && (url === '/$batch' || url === '/%24batch')) {
        const batch = answerBatch(service, faults, body, base, caller);
        stats.innerRequests += batch.size;
        outcome = batch;
      } else {
        outcome = service.handle({ method, url, header, body, base, caller });
      }
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      const answer = service.refuse(error, service.nextRequestId(), header('client-request-id'));
      outcome = { answer, breakage: undefined, delay: 0 };
    }
    if (outcome.delay > 0) await clock.sleep(outcome.delay);
    const breakage = outcome.fault?.kind === 'missing' ? ({ how: 'drop' } as const) : outcome.breakage;
    if (breakage !== undefined) {
      reply.code(outcome.answer.status);
      if (breakOff(request, reply, breakage, textOfBody(outcome.answer.body))) return reply;
    }
    return send(reply, outcome.answer, header('client-request-id'));
  });
  server.setErrorHandler((error: Error, request, reply) => sendError(service, error, request, reply));
  server.setNotFoundHandler((request, reply) => {
    const error = notImplemented(`${request.method} ${request.url}`);
    return send(reply, service.refuse(error, service.nextRequestId(), undefined), undefined);
  });
}

export function sendError(
  service: GraphService,
  error: Error & { statusCode?: number },
  request: WireRequest,
  reply: WireReply,
): WireReply {
  const status = error.statusCode ?? 500;
  const code = status < 500 ? 'BadRequest' : 'UnknownError';
  const known = error instanceof GraphError ? error : new GraphError(status, code, error.message);
  const clientRequestId = headerOf(request)('client-request-id');
  return send(reply, service.refuse(known, service.nextRequestId(), clientRequestId), undefined);
}

function send(reply: WireReply, answer: Answer, clientRequestId: string | undefined): WireReply {
  reply.code(answer.status).headers(answer.headers).header('OData-Version', '4.0');
  if (clientRequestId !== undefined) reply.header('client-request-id', clientRequestId);
  if (answer.body === undefined) return reply.send();
  if (typeof answer.body === 'string') return reply.send(answer.body);
  return reply.type(jsonType).send(JSON.stringify(answer.body));
}

function textOfBody(body: Answer['body']): string {
  return body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
}

/** JSON for Graph, a form for the token endpoint; an empty body counts as none. */
export function readBodies(server: WireServer): void {
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

/** The origin that the client used, so that links lead back through anything in between. */
export function originOf(request: WireRequest): string {
  const forwarded = request.headers['x-forwarded-host'];
  return `https://${typeof forwarded === 'string' ? forwarded : request.host}`;
}

function headerOf(request: WireRequest): (name: string) => string | undefined {
  return (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
}
