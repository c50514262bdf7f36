/** The HTTP application without its routes. Whatever it refuses is answered as problem details, also where fastify has words of its own. */
import type { Server } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { fail, HallpassError, reasonOf } from '../../shared/errors.ts';
import { toHallpassError } from '../../shared/terminal.ts';
import { Methods } from './methods.ts';
import { apiBase, problemDetails } from './problem-details.ts';
import { answerBrokenRequests } from './server.ts';

/** @returns `methods`: which methods each path accepts, for paths that have a handler of their own */
export function createApp(server: Server, log: Logger): { app: FastifyInstance; methods: Methods } {
  const app = fastify({
    serverFactory: (handler) => server.on('request', handler),
    // Fastify's own lines about listening and requests say nothing that an event does not.
    loggerInstance: log.child({}, { level: 'warn' }),
    bodyLimit: 1 << 20,
    // A path that cannot be decoded, which fastify refuses before any handler.
    frameworkErrors: (_error, request, reply) => {
      const send: FastifyReply = reply;
      answer(unknownPath(request), request, send);
    },
    // Of names and keys in paths; nothing has a longer one.
    routerOptions: { maxParamLength: 500 },
    genReqId: () => crypto.randomUUID(),
    forceCloseConnections: true,
    return503OnClosing: false,
    // Addresses come from the socket and our own list of proxies (link/addresses.ts).
    trustProxy: false,
  }) as unknown as FastifyInstance;
  const methods = new Methods(app);
  // Replaces fastify's own listener.
  server.removeAllListeners('clientError');
  answerBrokenRequests(server);
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onRequest', async ({ headers, raw }) => {
    if (isClosing) throw fail('RELAY_BUSY', {});
    if (headers.host === undefined && raw.httpVersion === '1.1') {
      throw fail('REQUEST_MALFORMED', { reason: 'the header Host is missing' });
    }
  });
  app.setNotFoundHandler((request, reply) => {
    throw methods.refusal(request, reply, unknownPath(request));
  });
  app.setErrorHandler((error, request, reply) => {
    const known = complaint(error, request) ?? toHallpassError(error);
    if (known.code === 'UNEXPECTED') request.log.error({ event: 'relay.request-failed', err: error });
    return answer(known, request, reply, statusOf(error));
  });
  return { app, methods };
}

function answer(error: HallpassError, { headers: { accept } }: FastifyRequest, reply: FastifyReply, status?: number) {
  const problem = problemDetails(error, { accept, status });
  return reply.status(problem.status).headers(problem.headers).send(JSON.stringify(problem.body));
}

function unknownPath({ url }: FastifyRequest): HallpassError {
  const path = url.split('?', 1).join('').slice(0, 200);
  return url.startsWith(`${apiBase}/`) ? fail('API_PATH_UNKNOWN', { path }) : fail('PATH_UNKNOWN', { path });
}

/** Fastify's complaints about a body, in our words: outside the API, only agents send one. */
function complaint(error: unknown, { routeOptions }: FastifyRequest): HallpassError | undefined {
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500) return undefined;
  if (status === 413) return fail('FRAME_TOO_LARGE', { limit: routeOptions.bodyLimit });
  return fail('FRAME_MALFORMED', { reason: reasonOf(error).replace(/\.$/, '') });
}

/** The status that fastify gave an error of its own. */
function statusOf(error: unknown): number | undefined {
  const isOwn = error instanceof Error && !(error instanceof HallpassError) && 'statusCode' in error;
  return isOwn ? Number(error.statusCode) : undefined;
}
