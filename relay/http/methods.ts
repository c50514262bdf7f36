/** Which methods each path accepts, for the answer to a request with another one. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fail, type HallpassError } from '../../shared/errors.ts';

export class Methods {
  readonly #known: { pattern: RegExp; names: number; methods: string[] }[] = [];

  /** Create it before any route is added. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      this.#known.push({ pattern: patternOf(url), names: url.split(':').length, methods: [method].flat() });
    });
  }

  /**
   * The error for a request without a route. If the path exists with other methods, the answer gets an Allow header (RFC
   * 9110, 15.5.6).
   *
   * @param unknown for a path that does not exist
   */
  refusal({ url, method }: FastifyRequest, reply: FastifyReply, unknown: HallpassError): HallpassError {
    const path = url.split('?', 1).join('');
    const fitting = this.#known.filter(({ pattern }) => pattern.test(path));
    // As in routing, `/runs/start` is the path of that name, not a run with the number "start".
    const fewest = Math.min(...fitting.map(({ names }) => names));
    const own = fitting.filter(({ names }) => names === fewest);
    const allowed = [...new Set(own.flatMap(({ methods }) => methods))].sort().join(', ');
    if (allowed === '') return unknown;
    reply.header('allow', allowed);
    return fail('METHOD_NOT_ALLOWED', { method, allowed });
  }
}

/** @param url as fastify has it, with `:name` for one segment */
function patternOf(url: string): RegExp {
  const segments = url.split('/').map((segment) => (segment.startsWith(':') ? '[^/]+' : RegExp.escape(segment)));
  return new RegExp(`^${segments.join('/')}$`);
}
