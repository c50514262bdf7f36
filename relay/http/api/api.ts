/** The API under `/api/v1`: read what is known of a district, as the commands with --json and --csv show it. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../../../shared/clock.ts';
import { fail, HallpassError } from '../../../shared/errors.ts';
import type { Actor } from '../../app/actor.ts';
import { mayAsk } from '../../app/perform.ts';
import type { Store } from '../../store/store.ts';
import type { KnownToken } from '../../store/tenants/system.ts';
import type { Origins } from '../link/origins.ts';
import { openGate } from './gate.ts';
import { openApi } from './openapi.ts';
import { PlanDesk } from './plan-desk.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

const base = '/api/v1';

/** Nothing of it is kept on the way, nor taken for a page. */
const protection = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

export interface ApiOptions {
  store: Store;
  /** Its database. */
  file: string;
  origins: Origins;
  clock: Clock;
  log: Logger;
  /** Aborted when the relay goes down. */
  signal: AbortSignal;
}

export function apiRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { store, origins, clock, log } = options;
  const admit = openGate({ store, clock, origins });
  const desk = new PlanDesk(options.signal);
  const seen = new WeakMap<FastifyRequest, { since: number; token?: KnownToken; tenant?: string }>();

  app.register(
    async (api) => {
      api.addHook('onRequest', async (request, reply) => {
        seen.set(request, { since: clock.now() });
        reply.headers(protection);
      });
      api.addHook('onResponse', async (request, reply) => {
        const { since = clock.now(), token, tenant } = seen.get(request) ?? {};
        // The route and not the path: what is asked for may be a person.
        const { url: route = 'none' } = request.routeOptions;
        const [status, ms] = [reply.statusCode, clock.now() - since];
        log.info({ event: 'api.request', tenant, tokenId: token?.id, route, status, ms });
      });
      const description = openApi(routes, base);
      api.get('/openapi.json', { exposeHeadRoute: false }, async () => description);

      api.register(async (guarded) => {
        guarded.addHook('onRequest', async (request) => {
          seen.set(request, { since: clock.now(), ...seen.get(request), token: await admit(request) });
        });
        guarded.setNotFoundHandler((request) => {
          throw nothingAt(request);
        });
        for (const route of routes) {
          const path = `/tenants/:slug/${route.path.replace(/\{(\w+)\}/g, ':$1')}`;
          guarded.get<{ Params: Record<string, string> }>(path, { exposeHeadRoute: false }, async (request, reply) => {
            const { params, query, headers } = request;
            const token = seen.get(request)?.token;
            if (token === undefined) throw nothingAt(request);
            const actor: Actor = { kind: 'token', ...token };
            const tenant = await mayAsk(store, actor, route.question, params.slug ?? '').catch((error: unknown) => {
              throw error instanceof HallpassError && error.code === 'TENANT_UNKNOWN' ? nothingAt(request) : error;
            });
            seen.set(request, { since: clock.now(), ...seen.get(request), tenant: tenant.slug });
            const { file } = options;
            const visit = { tenant, params, accept: headers.accept, nowMs: clock.now(), store, file, desk };
            return await send(
              reply,
              route,
              `${tenant.slug}-${route.path.split('/')[0]}`,
              await route.answerTo(visit, query),
            );
          });
        }
      });
    },
    { prefix: base },
  );
}

function nothingAt(request: FastifyRequest) {
  return fail('API_PATH_UNKNOWN', { path: request.url.split('?', 1).join('').slice(0, 200) });
}

/** @param name of the file that a browser makes of a table */
async function send(
  reply: FastifyReply,
  { hasCsv }: Route,
  name: string,
  answer: Awaited<ReturnType<Route['answerTo']>>,
): Promise<FastifyReply> {
  if (hasCsv) reply.header('vary', 'Accept');
  if ('csv' in answer) {
    reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}.csv"`);
    return reply.send(Readable.from(answer.csv, { objectMode: false }));
  }
  reply.type('application/json; charset=utf-8');
  return reply.send('pieces' in answer.json ? Readable.from(answer.json.pieces, { objectMode: false }) : answer.json);
}
