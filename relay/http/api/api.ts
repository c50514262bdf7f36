/** The API under `/api/v1`: what the commands do and show, for programs with a token. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../../../shared/clock.ts';
import { fail, HallpassError } from '../../../shared/errors.ts';
import { toHallpassError } from '../../../shared/terminal.ts';
import { allow, isChange } from '../../app/access.ts';
import type { Actor } from '../../app/actor.ts';
import { enter } from '../../app/perform.ts';
import type { Store } from '../../store/store.ts';
import type { KnownToken, Tenant } from '../../store/tenants/system.ts';
import { AttemptLimit } from '../link/attempts.ts';
import type { Origins } from '../link/origins.ts';
import { bodyComplaint, mostBytes, takeJson } from './body.ts';
import { openGate } from './gate.ts';
import { answerOnce, keyedRequest, type WholeAnswer } from './idempotency.ts';
import { MicrosoftSlots } from './microsoft-slots.ts';
import { openApi } from './openapi.ts';
import { PlanSlots } from './plan-slots.ts';
import { describeCode, problemOf, Refused } from './problem.ts';
import type { Answer, Route, Visit } from './route.ts';
import { routes } from './routes.ts';

export const apiBase = '/api/v1';

/** Changes that a token may ask for in a minute. */
const changesPerMinute = 600;
/** The longest that Microsoft 365 is asked on somebody's behalf, milliseconds. */
const longestAskMs = 2 * 60_000;

/** Nothing of it is kept on the way, nor taken for a page. */
const protection = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

export interface ApiOptions {
  /** The state folder. */
  home: string;
  keyFile?: string | undefined;
  store: Store;
  /** Its database. */
  file: string;
  origins: Origins;
  clock: Clock;
  log: Logger;
  /** Aborted when the relay goes down. */
  signal: AbortSignal;
  /** The relay's address, for agents. */
  url(): string;
  /** Called after every request that may have changed something. */
  changed(): void;
}

interface Seen {
  since: number;
  token?: KnownToken;
  tenant?: string;
}

export function apiRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { store, origins, clock, log } = options;
  const admit = openGate({ store, clock, origins });
  const answerTo = openDesks(options);
  const seen = new WeakMap<FastifyRequest, Seen>();
  const note = (request: FastifyRequest, more: Partial<Seen>) =>
    seen.set(request, { since: clock.now(), ...seen.get(request), ...more });

  app.register(
    async (api) => {
      takeJson(api);
      api.addHook('onRequest', async (request, reply) => {
        note(request, {});
        reply.headers(protection);
      });
      api.addHook('onResponse', async (request, reply) => {
        const { since = clock.now(), token, tenant } = seen.get(request) ?? {};
        // The route and not the path: what is asked for may be a person.
        const { url: route = 'none' } = request.routeOptions;
        const [status, ms, method] = [reply.statusCode, clock.now() - since, request.method];
        if (method !== 'GET') options.changed();
        log.info({ event: 'api.request', tenant, tokenId: token?.id, method, route, status, ms });
      });
      api.setErrorHandler((error, request, reply) => {
        const { status, headers, body } = problemFor(error, request);
        return reply.status(status).headers(headers).send(JSON.stringify(body));
      });
      const description = openApi(routes, apiBase);
      api.get('/openapi.json', { exposeHeadRoute: false }, async () => description);
      api.get<{ Params: { code: string } }>('/errors/:code', { exposeHeadRoute: false }, async (request) => {
        return describeCode(request.params.code) ?? Promise.reject(nothingAt(request));
      });

      api.register(async (guarded) => {
        guarded.addHook('onRequest', async (request) => {
          note(request, { token: await admit(request) });
        });
        guarded.setNotFoundHandler((request) => {
          throw nothingAt(request);
        });
        for (const route of routes) {
          guarded.route<{ Params: Record<string, string> }>({
            method: route.method,
            url: `/${route.path.replace(/\{(\w+)\}/g, ':$1')}`,
            exposeHeadRoute: false,
            bodyLimit: mostBytes,
            async handler(request, reply) {
              const token = seen.get(request)?.token;
              if (token === undefined) throw nothingAt(request);
              const found = (tenant: Tenant) => note(request, { tenant: tenant.slug });
              return await answerTo(route, { request, reply, token, found });
            },
          });
        }
      });
    },
    { prefix: apiBase },
  );
}

interface Call {
  request: FastifyRequest<{ Params: Record<string, string> }>;
  reply: FastifyReply;
  token: KnownToken;
  /** Hears which district it is about. */
  found(tenant: Tenant): void;
}

/** What all requests share that are under way. */
function openDesks({ home, keyFile, store, file, clock, signal, url }: ApiOptions) {
  const slots = new PlanSlots(signal);
  const microsoft = new MicrosoftSlots();
  const changes = new AttemptLimit(changesPerMinute);

  return async (route: Route, { request, reply, token, found }: Call): Promise<FastifyReply> => {
    const { id, name, role, scopes, tenants } = token;
    const actor: Actor = { kind: 'token', id, name, role, scopes, tenants };
    allow(actor, route.action);
    const { params, query, headers } = request;
    const asking = route.asksMicrosoft ? AbortSignal.any([signal, AbortSignal.timeout(longestAskMs)]) : signal;
    const visit: Visit = {
      ...{ actor, params, file, slots },
      app: { home, keyFile, store, clock, signal: asking },
      headers: { accept: headers.accept, ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] },
      nowMs: clock.now(),
      url: url(),
    };
    const asked = { query, body: typeof request.body === 'string' ? request.body : '' };
    if (route.isAcross) return await send(reply, route, 'relay', await route.answerTo(visit, asked));

    const tenant = await enter(store, actor, route.action, params.slug ?? '').catch((error: unknown) => {
      throw error instanceof HallpassError && error.code === 'TENANT_UNKNOWN' ? nothingAt(request) : error;
    });
    found(tenant);
    const changing = isChange(route.action);
    if (changing) countChange(changes, id, clock.now());
    const answer = async () => {
      const work = () => route.answerTo({ ...visit, tenant }, asked);
      try {
        return await (route.asksMicrosoft ? microsoft.take(tenant.id, work) : work());
      } catch (error) {
        throw asking.aborted ? fail('RELAY_BUSY', {}, { cause: error }) : error;
      }
    };
    const key = headers['idempotency-key'];
    if (route.method !== 'POST' || !changing || key === undefined) {
      return await send(reply, route, tenant.slug, await answer());
    }
    const keyed = keyedRequest(
      { tokenId: id, key: String(key) },
      { method: request.method, url: request.url, body: asked.body },
    );
    const owner = { store, tenantId: tenant.id, now: () => clock.now() };
    const whole = await answerOnce(owner, keyed, () => inFull(route, request, answer));
    return reply.status(whole.status).headers(whole.headers).send(whole.body);
  };
}

function countChange(changes: AttemptLimit, tokenId: string, nowMs: number): void {
  const exceeded = changes.exceeded(tokenId, nowMs);
  if (exceeded !== undefined) throw fail('API_CHANGES_TOO_MANY', {}, { retryAfterMs: exceeded.retryAfterMs ?? 60_000 });
  changes.count(tokenId, nowMs);
}

/** An answer to be kept, what went wrong included; what is a fault of ours is not. */
async function inFull(route: Route, request: FastifyRequest, answer: () => Promise<Answer>): Promise<WholeAnswer> {
  try {
    const { status = route.status, headers = {}, ...said } = await answer();
    const body = 'json' in said ? JSON.stringify(said.json) : '';
    const type = { 'content-type': 'application/json; charset=utf-8' };
    return { status, headers: { ...type, ...headers }, body, isSecret: route.showsSecret };
  } catch (error) {
    const { status, headers, body } = problemFor(error, request);
    return { status, headers, body: JSON.stringify(body), isSecret: false };
  }
}

function problemFor(thrown: unknown, request: FastifyRequest) {
  const { error, more } = thrown instanceof Refused ? thrown : { error: thrown, more: {} };
  const known = bodyComplaint(error) ?? toHallpassError(error);
  if (known.code === 'UNEXPECTED') request.log.error({ event: 'relay.request-failed', err: error });
  return problemOf(known, request.headers.accept, more);
}

function nothingAt(request: FastifyRequest) {
  return fail('API_PATH_UNKNOWN', { path: request.url.split('?', 1).join('').slice(0, 200) });
}

/** @param whose for the name of the file that a browser makes of a table */
async function send(reply: FastifyReply, route: Route, whose: string, answer: Answer): Promise<FastifyReply> {
  const { status = route.status, headers = {} } = answer;
  reply.status(status).headers(headers);
  if (route.hasCsv) reply.header('vary', 'Accept');
  if ('csv' in answer) {
    const name = `${whose}-${route.path.replace('tenants/{slug}/', '').split('/')[0]}`;
    reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}.csv"`);
    return reply.send(Readable.from(answer.csv, { objectMode: false }));
  }
  if ('empty' in answer) return reply.send();
  reply.type('application/json; charset=utf-8');
  return reply.send('pieces' in answer.json ? Readable.from(answer.json.pieces, { objectMode: false }) : answer.json);
}
