/** The API under `/api/v1`: what the commands do and show, for programs with a token. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Tenant } from '../../store/tenants/system.ts';
import type { Origins } from '../link/origins.ts';
import type { Methods } from '../methods.ts';
import { apiBase } from '../problem-details.ts';
import { mostBytes, takeJson } from './body.ts';
import { type Admitted, openGate } from './gate.ts';
import { type HandlerOptions, requestHandler } from './handler.ts';
import { openApi } from './openapi.ts';
import { describeCode, nothingAt, problemFor } from './problem.ts';
import { routes } from './routes.ts';

/** No proxy stores an answer, and no browser shows one as a page. */
const protection = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

export interface ApiOptions extends HandlerOptions {
  origins: Origins;
  log: Logger;
  methods: Methods;
  /** Called after every request that may have changed something. */
  changed(): void;
}

interface Seen {
  since: number;
  admitted?: Admitted;
  tenant?: string;
}

export function apiRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { store, origins, clock, log, methods } = options;
  const admit = openGate({ store, clock, origins });
  const handler = requestHandler(options);
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
        const { since = clock.now(), admitted, tenant } = seen.get(request) ?? {};
        // The route and not the path, which may name a person.
        const { url: route = 'none' } = request.routeOptions;
        const [status, ms, method] = [reply.statusCode, clock.now() - since, request.method];
        if (method !== 'GET') options.changed();
        log.info({ event: 'api.request', tenant, tokenId: admitted?.actor.id, method, route, status, ms });
      });
      api.setErrorHandler((error, request, reply) => {
        const { status, headers, body } = problemFor(error, request);
        return reply.status(status).headers(headers).send(JSON.stringify(body));
      });
      const description = openApi(routes, apiBase);
      api.get('/openapi.json', { exposeHeadRoute: false }, async () => description);
      api.get<{ Params: { code: string } }>('/errors/:code', { exposeHeadRoute: false }, async (request) => {
        return describeCode(request.params.code) ?? Promise.reject(nothingAt(request.url));
      });

      api.register(async (guarded) => {
        guarded.addHook('onRequest', async (request) => {
          note(request, { admitted: await admit(request) });
        });
        guarded.setNotFoundHandler((request, reply) => {
          throw methods.refusal(request, reply, nothingAt(request.url));
        });
        for (const route of routes) {
          guarded.route<{ Params: Record<string, string> }>({
            method: route.method,
            url: `/${route.path.replace(/\{(\w+)\}/g, ':$1')}`,
            exposeHeadRoute: false,
            bodyLimit: mostBytes,
            async handler(request, reply) {
              const admitted = seen.get(request)?.admitted;
              if (admitted === undefined) throw nothingAt(request.url);
              const found = (tenant: Tenant) => note(request, { tenant: tenant.slug });
              return await handler.answer(route, { request, reply, admitted, found });
            },
          });
        }
      });
    },
    { prefix: apiBase },
  );
}
